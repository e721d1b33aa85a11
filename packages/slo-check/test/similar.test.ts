import { expect, test } from 'vitest'
import { didYouMean, similarNames, similarWords } from '../src/similar.ts'

test('a mistyped word finds its nearest, a strange one nothing', () => {
  expect(didYouMean('servce', ['spec', 'service'])).toBe('; did you mean `service`?')
  expect(didYouMean('zzz', ['spec', 'service'])).toBe('')
  expect(didYouMean('TARGET', ['target'])).toBe('; did you mean `target`?')
  expect(similarWords('lt', [])).toEqual([])
})

test('a metric finds those that share its words', () => {
  const names = [
    'http_call_duration_seconds_count',
    'http_call_duration_seconds_bucket',
    'process_cpu_seconds_total',
  ]

  expect(similarNames('http_call_seconds_count', names)).toEqual(names.slice(0, 2))
  expect(similarNames('nothing_like_it', names)).toEqual([])
})
