import { afterEach, expect, test } from 'vitest'
import { circuitBreaker, guarded, installRecorder, processRecorder } from '@plimsoll/policies'
import { memoryRecorder } from '@plimsoll/policies/testing'
import { throwingRecorder } from './support/throwing-recorder.ts'

const takeBack: (() => void)[] = []
afterEach(() => {
  for (const take of takeBack.splice(0)) take()
})

test('a policy reports to the recorder that is installed at the moment, though it was made before', () => {
  const breaker = circuitBreaker({ name: 'early' })
  const recorder = memoryRecorder()
  takeBack.push(installRecorder(recorder))

  breaker.forceOpen()

  expect(recorder.records).toMatchObject([
    { kind: 'breaker_transition', subject: { source: 'early' } },
  ])
})

test('a recorder that is taken back hears no more; one installed since stays', () => {
  const [first, second] = [memoryRecorder(), memoryRecorder()]
  const take = installRecorder(first)
  takeBack.push(installRecorder(second))

  take()
  circuitBreaker()

  expect(first.records).toEqual([])
  expect(second.records).toHaveLength(1)
})

test('without a recorder, or with one that throws, nothing happens', () => {
  expect(() => circuitBreaker().forceOpen()).not.toThrow()
  takeBack.push(installRecorder(throwingRecorder))
  expect(() => circuitBreaker().forceOpen()).not.toThrow()
  expect(() => circuitBreaker({ recorder: throwingRecorder }).forceOpen()).not.toThrow()
})

test('the recorder of the process is guarded already', () => {
  expect(guarded(processRecorder)).toBe(processRecorder)
})
