import { ERROR_TYPES, METHODS, NETWORK_CODES } from '@plimsoll/semconv'
import { expect, test } from 'vitest'
import { closedErrorType, ERROR_TYPE_COUNT } from '../../src/labels/error-type.ts'
import { closedMethod } from '../../src/labels/method.ts'
import { closedStatus } from '../../src/labels/status.ts'

test('an error type is one of ours, a network code, a status from 400 to 599, or _OTHER', () => {
  const known = [...Object.values(ERROR_TYPES), ...NETWORK_CODES, '400', '404', '599']
  const unknown = ['399', '600', '4e2', ' 404', 'TypeError', 'connect ECONNREFUSED 10.0.0.1:80', '']

  expect(known.map(closedErrorType)).toEqual(known)
  expect(unknown.map(closedErrorType)).toEqual(unknown.map(() => ERROR_TYPES.other))
  expect(closedErrorType(undefined)).toBeUndefined()
  expect(ERROR_TYPE_COUNT).toBe(Object.keys(ERROR_TYPES).length + NETWORK_CODES.size + 200)
})

test('a method is one that the conventions name, letter for letter, or _OTHER', () => {
  expect(METHODS.map(closedMethod)).toEqual([...METHODS])
  expect(['get', 'BREW', '', 'GET '].map(closedMethod)).toEqual(Array(4).fill('_OTHER'))
})

test('a status is a whole number of a known class, or absent', () => {
  expect([100, 304, 599].map(closedStatus)).toEqual([100, 304, 599])
  expect([99, 600, 200.5, NaN, undefined].map(closedStatus)).toEqual(Array(5).fill(undefined))
})
