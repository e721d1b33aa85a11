import { expect, test } from 'vitest'
import { asParent, identify, isRunId, newRunId } from '../../src/run/identity.ts'

const NOW = Date.parse('2026-11-22T05:19:00.123Z')

test('run ids sort by time', () => {
  expect(newRunId(NOW)).toMatch(/^20261122T051900Z-[0-9a-f]{6}$/u)
  expect(newRunId(NOW) < newRunId(NOW + 1_000)).toBe(true)
})

test('a run id is a name that can be a folder', () => {
  expect(['a', 'A.b_c-1', 'x'.repeat(128)].every(isRunId)).toBe(true)
  expect(['', '.', '..', 'a/b', 'a b', 'ü', 'x'.repeat(129), 'a\n'].some(isRunId)).toBe(false)
})

test('what a parent left is joined, unless the run id was changed', () => {
  const parent = { runId: 'r', instance: 'i', folder: '/f' }
  const env = { PLIMSOLL_RUN_ID: 'r', PLIMSOLL_PARENT: JSON.stringify(parent) }

  expect(identify(env, undefined, NOW)).toMatchObject({ runId: 'r', parent })
  expect(identify({ ...env, PLIMSOLL_RUN_ID: 'other' }, undefined, NOW)).toMatchObject({
    runId: 'other',
    parent: undefined,
  })
})

test('what is no parent is not trusted', () => {
  for (const value of ['', '{', '[]', '{"runId":"../x","instance":"i"}', '{"runId":"r"}']) {
    expect(identify({ PLIMSOLL_PARENT: value }, undefined, NOW).parent).toBeUndefined()
  }
  expect(asParent({ runId: 'r', instance: 'i', folder: 3 })).toEqual({
    runId: 'r',
    instance: 'i',
    folder: undefined,
    config: undefined,
  })
})

test('each has an instance of its own', () => {
  const left = { runId: 'r', instance: 'i' }

  const [one, two] = [identify({}, left, NOW), identify({}, left, NOW)]

  expect(one.instance).not.toBe(two.instance)
  expect(one).toMatchObject({ runId: 'r', parent: left })
})
