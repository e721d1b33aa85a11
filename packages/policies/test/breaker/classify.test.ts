import { expect, test } from 'vitest'
import { circuitBreaker, classifyOutcome, pipe, PlimsollError, timeout } from '@plimsoll/policies'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'
import { watch } from '../support/promise-state.ts'

const status = (code: number) => Object.assign(new Error('x'), { status: code })

test.each([
  ['a value', { value: { status: 503 } }, 'success'],
  ['an error', { error: new Error('x') }, 'failure'],
  ['what is no error but was thrown', { error: undefined }, 'failure'],
  ['our timeout', { error: new PlimsollError('ERR_PLIMSOLL_TIMEOUT', 'x') }, 'failure'],
  ['status 503', { error: status(503) }, 'failure'],
  ['status 408', { error: status(408) }, 'failure'],
  ['status 404', { error: status(404) }, 'success'],
  ['status 429', { error: status(429) }, 'ignored'],
  [
    'another open breaker',
    { error: new PlimsollError('ERR_PLIMSOLL_CIRCUIT_OPEN', 'x') },
    'ignored',
  ],
  [
    'a limiter that refuses',
    { error: new PlimsollError('ERR_PLIMSOLL_RATE_LIMITED', 'x') },
    'ignored',
  ],
])('%s is a %s', (_, outcome, verdict) => {
  expect(classifyOutcome(outcome)).toBe(verdict)
})

test('what ran out of time counts, though it was cancelled from outside; what was called off does not', async () => {
  for (const [reason, recorded] of [
    [new PlimsollError('ERR_PLIMSOLL_DEADLINE', 'x'), 'failure'],
    [new DOMException('x', 'TimeoutError'), 'failure'],
    [new DOMException('x', 'AbortError'), 'ignored'],
    ['no longer needed', 'ignored'],
  ] as const) {
    const recorder = memoryRecorder()
    const caller = new AbortController()
    const breaker = circuitBreaker({ recorder })
    const run = breaker.run(() => new Promise<never>(() => {}), { signal: caller.signal })
    caller.abort(reason)
    await expect(run).rejects.toBe(reason)
    expect(recorder.of('breaker_execution')).toMatchObject([{ recorded }])
  }
})

test('a timeout around a breaker counts as a failure too', async () => {
  const clock = manualClock()
  const recorder = memoryRecorder()
  const policy = pipe(timeout({ timeoutMs: 10, clock }), circuitBreaker({ clock, recorder }))
  const run = watch(policy.run(() => new Promise<never>(() => {})))

  await clock.advance(10)

  expect(run.state).toBe('rejected')
  expect(recorder.of('breaker_execution')).toMatchObject([{ recorded: 'failure' }])
})
