import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Workplace } from '../workplace.ts'

const place = new Workplace(import.meta.dirname, [
  'package.json',
  'prices.mjs',
  'service.mjs',
  'prices.check.mjs',
  'absent.check.mjs',
  'slo.yaml',
])
afterAll(() => place.remove())

test('all files that node --test runs are one run, named after the project, and are judged together', () => {
  const ended = place.node(['-r', '@plimsoll/register', '--test', '*.check.mjs'])

  expect(ended).toMatchObject({ status: 0 })
  expect(ended.stdout).toMatch(/^\S+ pass 2$/mu)
  expect(place.gate()).toEqual({ status: 0, good: 3, total: 3 })
  const runs = join(place.folder, '.plimsoll/runs')
  const [run = '', ...others] = readdirSync(runs)
  expect(others).toEqual([])
  expect(JSON.parse(readFileSync(join(runs, run, 'run.json'), 'utf8'))).toMatchObject({
    service: { name: 'shop' },
    exitCode: 0,
  })
})
