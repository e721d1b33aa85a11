import { readdirSync, readFileSync } from 'node:fs'
import { createEngine, type Engine } from '@plimsoll/promql'
import { beforeAll, describe, expect, test } from 'vitest'

import { runScript } from './promqltest/run-script.ts'

const folder = new URL('scripts/', import.meta.url)
const scripts = readdirSync(folder).filter((name) => name.endsWith('.test'))

let engine: Engine

beforeAll(async () => {
  engine = await createEngine()
})

describe('the engine answers as the script says:', () => {
  test.each(scripts)('%s', (name) => {
    const result = runScript(engine, readFileSync(new URL(name, folder), 'utf8'))

    expect(result.faults).toEqual([])
    expect(result.evals).toBeGreaterThan(0)
  })
})
