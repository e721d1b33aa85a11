import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stampOf } from '../../src/config/load.ts'
import { createWatch } from '../../src/config/watch.ts'
import { programFolder } from '../support/program.ts'

function setUp(first: string) {
  let stamp = first
  const seen: string[] = []
  const watch = createWatch(
    first,
    () => stamp,
    () => seen.push(stamp),
  )
  const looks = (...stamps: string[]): string[] => {
    for (const next of stamps) {
      stamp = next
      watch.look()
    }
    return seen
  }
  return looks
}

test('a change is told once, when it has been the same for two looks', () => {
  expect(setUp('a')('a', 'a', 'b', 'b', 'b', 'b')).toEqual(['b'])
})

test('what is still being written is not told', () => {
  expect(setUp('a')('empty', 'half', 'whole')).toEqual([])
  expect(setUp('a')('empty', 'half', 'whole', 'whole')).toEqual(['whole'])
})

test('what is as it was before is no change', () => {
  expect(setUp('a')('b', 'a', 'a', 'a')).toEqual([])
})

test('what changes again is told again', () => {
  expect(setUp('a')('b', 'b', 'a', 'a')).toEqual(['b', 'a'])
})

test('a file has another stamp when it is written, replaced, taken away, or its link turned elsewhere', () => {
  const folder = programFolder({ 'v1/config.yaml': 'a: 1', 'v2/config.yaml': 'a: 1' })
  const data = join(folder, '..data')
  symlinkSync('v1', data)
  mkdirSync(join(folder, 'mount'))
  symlinkSync('../..data/config.yaml', join(folder, 'mount/config.yaml'))
  const file = join(folder, 'mount/config.yaml')
  const stamps = [stampOf(file)]

  // As a mounted volume does: the link to the data is replaced by another in one step.
  symlinkSync('v2', `${data}.new`)
  renameSync(`${data}.new`, data)
  stamps.push(stampOf(file))
  writeFileSync(join(folder, 'v2/config.yaml'), 'a: 12')
  stamps.push(stampOf(file))
  writeFileSync(join(folder, 'replacement'), 'a: 12')
  renameSync(join(folder, 'replacement'), join(folder, 'v2/config.yaml'))
  stamps.push(stampOf(file))
  renameSync(join(folder, 'v2'), join(folder, 'v3'))
  stamps.push(stampOf(file))

  expect(new Set(stamps).size).toBe(5)
  expect(stamps.at(-1)).toBe('absent')
})
