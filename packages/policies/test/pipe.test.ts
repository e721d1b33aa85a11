import { expect, test } from 'vitest'
import {
  circuitBreaker,
  deadline,
  pipe,
  rateLimiter,
  retry,
  timeout,
  type CallContext,
  type Policy,
} from '@plimsoll/policies'
import { exercise, manualClock, memoryRecorder } from '@plimsoll/policies/testing'
import { watch } from './support/promise-state.ts'

test('the first policy is the outermost', async () => {
  const order: string[] = []
  const policy = (name: string): Policy => ({
    run: async (call, context) => {
      order.push(`${name} in`)
      const value = await call({ signal: undefined, deadlineMs: Infinity, attempt: 0, ...context })
      order.push(`${name} out`)
      return value
    },
  })

  const result = await exercise(pipe(policy('a'), policy('b')), async () => 'value')

  expect(result).toEqual({ value: 'value', calls: 1 })
  expect(order).toEqual(['a in', 'b in', 'b out', 'a out'])
})

test('without policies it calls, and what the call throws is a rejection', async () => {
  expect(await exercise(pipe(), async () => 'value')).toEqual({ value: 'value', calls: 1 })
  const thrown = new Error('thrown')
  const throws = (): never => {
    throw thrown
  }
  await expect(pipe().run(throws)).rejects.toBe(thrown)
})

test('the context goes all the way in', async () => {
  const clock = manualClock()
  const policy = pipe(
    deadline({ afterMs: 1_000, clock }),
    retry({ clock }),
    circuitBreaker({ clock }),
    rateLimiter({ ratePerSecond: 1, clock }),
    timeout({ timeoutMs: 500, clock }),
  )
  let seen: CallContext | undefined

  await policy.run(async (context) => {
    seen = context
  })

  expect(seen).toMatchObject({ deadlineMs: 1_000, attempt: 0, signal: { aborted: false } })
  expect(clock.sleepers).toBe(0)
})

test('each attempt passes breaker and limiter anew, and an open breaker ends the retries', async () => {
  const clock = manualClock()
  const recorder = memoryRecorder()
  const policy = pipe(
    retry({ clock, recorder, maxRetries: 5, jitter: 'none' }),
    circuitBreaker({ clock, recorder, minimumCalls: 2 }),
    rateLimiter({ clock, recorder, ratePerSecond: 100 }),
  )
  const run = watch(exercise(policy, () => Promise.reject(new Error('broken'))))

  await clock.advance(10_000)

  expect(run.value).toEqual({ error: 'ERR_PLIMSOLL_CIRCUIT_OPEN', calls: 2 })
  expect(recorder.of('rate')).toHaveLength(2)
  expect(recorder.of('breaker_execution').map(({ recorded }) => recorded)).toEqual([
    'failure',
    'failure',
    'not_permitted',
  ])
  expect(recorder.of('retry').at(-1)).toMatchObject({ result: 'not_retryable' })
})
