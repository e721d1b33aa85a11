import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { planSource } from '@plimsoll/slo-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slo-check-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true })
})

/** Makes a run's folder with these files, and gives its path. */
function makeRun(id: string, files: Readonly<Record<string, string>>): string {
  const path = join(dir, 'runs', id)
  mkdirSync(path, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return path
}

function record(id: string, start: string): string {
  return JSON.stringify({ schemaVersion: 1, id, start })
}

function plan(run: string | null = null): ReturnType<typeof planSource> {
  return planSource({ dir, run, otlp: [] })
}

const METRICS = { 'a.metrics.jsonl': '' }

describe('the latest run', () => {
  test('is the one that started last', () => {
    makeRun('zzz', { ...METRICS, 'run.json': record('zzz', '2026-11-22T05:00:00.000Z') })
    const latest = makeRun('aaa', {
      ...METRICS,
      'run.json': record('aaa', '2026-11-22T06:00:00.000Z'),
    })

    expect(plan()).toMatchObject({
      description: { kind: 'run-folder', name: latest },
      wantedRun: 'aaa',
    })
  })

  test('without its record is known by its name', () => {
    makeRun('20261122T050000Z-aaaaaa', {
      ...METRICS,
      'run.json': record('x', '2026-11-22T05:00:00.000Z'),
    })
    const latest = makeRun('20261122T060000Z-bbbbbb', METRICS)

    const { description, wantedRun, warnings } = plan()

    expect([description.name, wantedRun]).toEqual([latest, null])
    expect(warnings).toEqual([
      `${join(latest, 'run.json')} is missing; the run id is taken from the telemetry`,
    ])
  })

  test('without record and time in its name is known by when it was last changed', () => {
    const latest = makeRun('ci-42', METRICS)
    makeRun('ci-41', { ...METRICS, 'run.json': record('ci-41', '2026-11-22T05:00:00.000Z') })
    utimesSync(latest, 1_795_400_000, 1_795_400_000)

    expect(plan().description.name).toBe(latest)
  })

  test('is missed where there is no run, and the way to make one is told', () => {
    const fault = {
      code: 'ERR_PLIMSOLL_RUN_NOT_FOUND',
      message: `there is no run in ${join(dir, 'runs')}: start a program with \`node -r @plimsoll/register app.js\`, or name OTLP files with --otlp`,
    }

    expect(() => plan()).toThrow(expect.objectContaining(fault))
    mkdirSync(join(dir, 'runs'))
    expect(() => plan()).toThrow(expect.objectContaining(fault))
  })
})

describe('a named run', () => {
  test('is found by its id or by its path', () => {
    const path = makeRun('one', METRICS)

    expect(plan('one').description.name).toBe(path)
    expect(plan(path).description.name).toBe(path)
  })

  test('that is not there is told with those that are', () => {
    makeRun('one', METRICS)

    expect(() => plan('onne')).toThrow(
      `there is no run onne: neither a folder of that path nor ${join(dir, 'runs', 'onne')}; did you mean one?`,
    )
    expect(() => plan('xyzzy')).toThrow('; the newest here: one')
  })
})

describe('a folder', () => {
  test('lists its metrics files, those that were rotated too', () => {
    const path = makeRun('one', {
      'run.json': record('one', '2026-11-22T05:00:00.000Z'),
      'a.metrics.jsonl': '',
      'a.metrics.1.jsonl': '',
      'b.metrics.jsonl': '',
      'a.traces.jsonl': '',
      'a.logs.jsonl': '',
    })

    expect(plan().description.files).toEqual(
      ['a.metrics.1.jsonl', 'a.metrics.jsonl', 'b.metrics.jsonl'].map((name) => join(path, name)),
    )
  })

  test('tells who left telemetry of any signal, and who of them metrics', () => {
    const path = makeRun('one', {
      'a.metrics.jsonl': '',
      'a.metrics.1.jsonl': '',
      'a.logs.jsonl': '',
      'b.traces.jsonl': '',
    })

    expect(plan().instances).toEqual([
      { instance: 'a', files: [join(path, 'a.metrics.1.jsonl'), join(path, 'a.metrics.jsonl')] },
      { instance: 'b', files: [] },
    ])
  })

  test('that is no run says what a run has', () => {
    const path = makeRun('one', { 'notes.txt': '' })

    expect(() => plan()).toThrow(
      expect.objectContaining({
        code: 'ERR_PLIMSOLL_RUN_NOT_A_RUN',
        message: expect.stringContaining(
          `the folder ${path} is no run: it has neither run.json nor files like <instance>.metrics.jsonl`,
        ) as string,
      }),
    )
  })

  test('of a run that has not written yet has no data', () => {
    makeRun('one', { 'run.json': record('one', '2026-11-22T05:00:00.000Z') })

    expect(() => plan()).toThrow(expect.objectContaining({ code: 'ERR_PLIMSOLL_RUN_NO_DATA' }))
  })

  test('with a broken record is read all the same', () => {
    const path = makeRun('one', { ...METRICS, 'run.json': '{' })

    expect(plan().warnings).toEqual([
      expect.stringMatching(new RegExp(`^${join(path, 'run.json')} is no JSON`, 'u')),
    ])
  })
})
