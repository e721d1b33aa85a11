import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, validateFetchOptions, type ChangeableOptions } from '@plimsoll/fetch'
import type { ConfigReloadRecord } from '@plimsoll/policies'
import { expect, test } from 'vitest'
import { readConfig } from '../../src/config/load.ts'
import { createReload } from '../../src/config/reload.ts'
import { programFolder } from '../support/program.ts'

const NAME = 'plimsoll.config.yaml'

/** A program that started with `text`, or without policies. */
function setUp(text: string, observed = false) {
  const folder = programFolder({ [NAME]: text })
  const file = join(folder, NAME)
  const read = () => readConfig(folder, file, undefined, validateFetchOptions)
  const started = read()
  const records: ConfigReloadRecord[] = []
  const lines: string[] = []
  const say = (line: string) => void lines.push(line)
  const updates: ChangeableOptions[] = []
  const client = createClient()
  const reload = createReload({
    shown: NAME,
    started: started.kind === 'valid' ? started.config : undefined,
    client: observed
      ? undefined
      : {
          update: (options) => {
            updates.push(options)
            return client.update(options)
          },
        },
    read,
    record: (record) => void records.push(record),
    messages: { info: say, warn: say, error: say },
  })
  const change = (next: string): void => {
    writeFileSync(file, next)
    reload()
  }
  const remove = (): void => {
    rmSync(file)
    reload()
  }
  return { change, remove, records, lines, updates }
}

test('policies that changed are applied, whole, and told', () => {
  const { change, records, lines, updates } = setUp(
    'fetch: { hosts: { a.test: { timeoutMs: 5 } } }',
  )

  change('fetch: { defaults: { retry: false }, profiles: { p: { role: x } } }')

  expect(updates).toEqual([
    { defaults: { retry: false }, hosts: {}, profiles: { p: { role: 'x' } } },
  ])
  expect(records).toEqual([{ kind: 'config_reload', result: 'applied', changedHosts: 0 }])
  expect(lines).toEqual([
    'plimsoll.config.yaml was changed and is applied: no host that was asked is under other policies',
  ])
})

test('a file that says the same in other words is no change', () => {
  const { change, records, lines, updates } = setUp('fetch: { defaults: { timeoutMs: 5 } }')

  change('fetch:\n  # five\n  defaults:\n    timeoutMs: 5\n')

  expect([records, lines, updates]).toEqual([[], [], []])
})

test('one bad value and nothing is applied; the event says where it is, not what', () => {
  const { change, records, lines, updates } = setUp('fetch: { defaults: { timeoutMs: 5 } }')

  change('fetch:\n  defaults: { timeoutMs: 6 }\n  hosts: { a.test: { timeoutMs: "s3cret" } }\n')

  expect(updates).toEqual([])
  expect(records).toEqual([
    {
      kind: 'config_reload',
      result: 'rejected',
      changedHosts: 0,
      problem:
        'plimsoll.config.yaml:3:33: fetch.hosts["a.test"].timeoutMs: expected a number of milliseconds above 0',
    },
  ])
  expect(lines).toEqual([
    expect.stringContaining('got "s3cret"'),
    'plimsoll.config.yaml was changed and is not applied: what held before goes on',
  ])
})

test('a file that is gone is rejected, and what held goes on', () => {
  const { change, remove, records, updates } = setUp('fetch: { defaults: { timeoutMs: 5 } }')

  remove()
  change('fetch: { defaults: { timeoutMs: 5 } }')

  expect(records).toMatchObject([{ result: 'rejected' }])
  expect(records[0]?.problem).toContain('ENOENT')
  expect(updates).toEqual([])
})

test('after a rejection the next good file is applied', () => {
  const { change, records } = setUp('fetch: {}')
  change('fetch: [')
  change('fetch: { defaults: { timeoutMs: 7 } }')
  change('fetch: {}')

  expect(records.map(({ result }) => result)).toEqual(['rejected', 'applied', 'applied'])
})

test('what only a new start can take on is named, and the rest applied', () => {
  const { change, records, lines } = setUp('fetch: { cache: true }\nfiles: { keepRuns: 3 }\n')

  change('fetch: { defaults: { timeoutMs: 9 } }\nfiles: { keepRuns: 4 }\nservice: { name: a }\n')

  expect(records).toHaveLength(1)
  expect(lines[1]).toBe(
    'plimsoll.config.yaml was changed: service.name, files.keepRuns, fetch.cache will hold when the program starts again',
  )
})

test('policies for a program that runs observed only take a new start', () => {
  const { change, records, lines } = setUp('service: { name: a }', true)

  change('service: { name: a }\nfetch: {}\n')

  expect(records).toEqual([])
  expect(lines).toEqual([
    'plimsoll.config.yaml was changed: fetch will hold when the program starts again',
  ])
})

test('a program that started without a valid file does not take on another', () => {
  const { change, records, lines } = setUp('fetch: [', true)

  change('fetch: {}')

  expect(records).toEqual([])
  expect(lines).toEqual([
    'plimsoll.config.yaml was changed: fetch will hold when the program starts again',
  ])
})
