import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pruneRuns } from '../../src/files/retention.ts'
import { programFolder, runNode } from '../support/program.ts'
import { storedRuns } from '../support/run-files.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const HOUR = 3_600_000

/** A run whose files were last written `ageMs` ago. */
function addRun(
  runs: string,
  name: string,
  ageMs: number,
  record: object | undefined,
  extra: readonly string[] = [],
): void {
  const folder = join(runs, name)
  mkdirSync(folder)
  const files: Record<string, string> = {
    'i.metrics.jsonl': '{}\n',
    ...(record === undefined ? {} : { 'run.json': JSON.stringify(record) }),
  }
  for (const file of extra) files[file] = ''
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(join(folder, file), text)
    utimesSync(join(folder, file), (NOW - ageMs) / 1_000, (NOW - ageMs) / 1_000)
  }
}

const ENDED = { end: '2026-11-22T00:00:00Z', pid: 1 }

test('the newest runs stay, the current one among them', () => {
  const runs = programFolder({})
  for (const hours of [1, 2, 3, 4, 5]) addRun(runs, `run-${hours}`, hours * HOUR, ENDED)
  addRun(runs, 'current', 0, {})

  expect(pruneRuns(runs, join(runs, 'current'), 3, NOW)).toBe(3)

  expect(readdirSync(runs)).toEqual(['current', 'run-1', 'run-2'])
})

test('a run that may still be written stays', () => {
  const runs = programFolder({})
  addRun(runs, 'alive', 5 * HOUR, { pid: process.pid })
  addRun(runs, 'fresh-and-unended', 1_000, { pid: 2 ** 30 })
  addRun(runs, 'without-record', 1_000, undefined)
  addRun(runs, 'child-outlives-root', 1_000, ENDED)
  utimesSync(join(runs, 'child-outlives-root/run.json'), (NOW - HOUR) / 1_000, (NOW - HOUR) / 1_000)
  addRun(runs, 'dead', 5 * HOUR, { pid: 2 ** 30 })
  addRun(runs, 'just-ended', 1_000, ENDED)

  pruneRuns(runs, join(runs, 'current'), 1, NOW)

  expect(readdirSync(runs)).toEqual([
    'alive',
    'child-outlives-root',
    'fresh-and-unended',
    'without-record',
  ])
})

test('what holds anything but files of ours stays', () => {
  const runs = programFolder({ 'a-file': '' })
  addRun(runs, 'mine', 5 * HOUR, ENDED, ['thesis.doc'])
  symlinkSync(programFolder({}), join(runs, 'link'))
  addRun(runs, 'old', 5 * HOUR, ENDED)

  pruneRuns(runs, join(runs, 'current'), 1, NOW)

  expect(readdirSync(runs)).toEqual(['a-file', 'link', 'mine'])
})

test(
  'a program that starts often keeps as many runs as it is told',
  { timeout: 60_000 },
  async () => {
    const folder = programFolder({
      'plimsoll.config.yaml': 'files: { keepRuns: 2, dir: out }',
      'app.cjs': '',
    })

    for (let i = 0; i < 4; i += 1) await runNode(folder, ['app.cjs'])

    expect(storedRuns(folder, 'out')).toHaveLength(2)
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['.gitignore', 'key', 'runs'])
  },
)
