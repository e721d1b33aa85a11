import type { InstantResult } from '@plimsoll/promql'
import { expect, test } from 'vitest'
import { askedOnce } from '../../src/query/ask-once.ts'
import type { Source } from '../../src/source/source.ts'

test('a query is asked once, also by those who come while its answer is on the way', async () => {
  const asked: string[] = []
  const answer: InstantResult = { resultType: 'vector', result: [], warnings: [], infos: [] }
  const source = askedOnce({
    instant: (query: string) => {
      asked.push(query)
      return Promise.resolve(answer)
    },
  } as unknown as Source)

  const both = await Promise.all([source.instant('a'), source.instant('a'), source.instant('b')])
  const later = await source.instant('a')

  expect([...both, later]).toEqual([answer, answer, answer, answer])
  expect(asked).toEqual(['a', 'b'])
})
