import { expect, test } from 'vitest'
import { lru } from '../../src/hosts/lru.ts'

test('the one used least recently goes first, and is told', () => {
  const dropped: string[] = []
  const map = lru<string>(2, (value) => dropped.push(value))
  const ask = (key: string): string => map.ensure(key, () => `${key}!`)

  ask('a')
  ask('b')
  ask('a')
  ask('c')

  expect(dropped).toEqual(['b!'])
  expect([...map.values()]).toEqual(['a!', 'c!'])
  ask('a')
  expect(dropped).toEqual(['b!'])
  ask('b')
  expect(dropped).toEqual(['b!', 'c!'])
})

test('ten thousand keys stay within the capacity', () => {
  let dropped = 0
  const map = lru<number>(1_000, () => dropped++)

  for (let index = 0; index < 10_000; index++) map.ensure(String(index), () => index)

  expect([...map.values()]).toHaveLength(1_000)
  expect(dropped).toBe(9_000)
})
