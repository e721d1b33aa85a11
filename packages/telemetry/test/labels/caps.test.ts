import { ERROR_TYPES } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { hostCap, nameCap } from '../../src/labels/caps.ts'

const OTHER_HOST = { address: ERROR_TYPES.other, port: undefined }

describe('the cap on hosts', () => {
  test('tells the first pairs of address and port apart, for good', () => {
    const host = hostCap(3)

    const seen = [host('a', 80), host('a', 81), host('b'), host('c', 80), host('a', 82)]

    expect(seen).toEqual([
      { address: 'a', port: 80 },
      { address: 'a', port: 81 },
      { address: 'b', port: undefined },
      OTHER_HOST,
      OTHER_HOST,
    ])
    expect([host('b'), host('a', 81), host('c', 80)]).toEqual([seen[2], seen[1], OTHER_HOST])
  })

  test('gives the same object for the same host, so that it can serve as a key', () => {
    const host = hostCap(1)

    expect(host('a', 80)).toBe(host('a', 80))
    expect(host('b', 80)).toBe(host('c', 81))
    expect(host()).toBe(host(undefined, 80))
  })

  test('counts no place for a subject without a host', () => {
    const host = hostCap(1)

    expect([host(), host('a')]).toEqual([
      { address: undefined, port: undefined },
      { address: 'a', port: undefined },
    ])
  })
})

describe('the cap on names', () => {
  test('tells the first names apart, for good, and leaves an absent one absent', () => {
    const name = nameCap(2)

    expect(['a', undefined, 'b', 'c', 'a', 'c'].map(name)).toEqual([
      'a',
      undefined,
      'b',
      ERROR_TYPES.other,
      'a',
      ERROR_TYPES.other,
    ])
  })
})
