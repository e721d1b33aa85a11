import { expect, test } from 'vitest'
import { Expected, textOf, type Expecting, type RequestLine } from '../../src/observe/expected.ts'

let steps = 0

/** A call that counts how often it is looked at. */
class Waiting implements Expecting {
  #line: RequestLine

  constructor(path: string) {
    this.#line = lineOf(path)
  }

  moveTo(path: string): void {
    this.#line = lineOf(path)
  }

  get line(): string {
    steps++
    return textOf(this.#line)
  }

  awaits(request: RequestLine): boolean {
    steps++
    return textOf(request) === textOf(this.#line)
  }
}

const lineOf = (path: string): RequestLine => ({ method: 'GET', origin: 'http://a.test', path })

/** How often calls are looked at while as many wait, and each begins, last come first served. */
function stepsOf(waiting: number, pathOf: (index: number) => string): number {
  const expected = new Expected()
  const calls = Array.from({ length: waiting }, (_, index) => new Waiting(pathOf(index)))
  for (const call of calls) expected.add(call)
  steps = 0
  for (let index = waiting - 1; index >= 0; index--) {
    // Somebody else's request in between.
    expect(expected.find(lineOf('/none'))).toBeUndefined()
    const found = expected.find(lineOf(pathOf(index)))
    expect(found?.awaits(lineOf(pathOf(index)))).toBe(true)
    if (found !== undefined) expected.delete(found)
  }
  expect(calls.filter((call) => expected.find(lineOf(pathOf(calls.indexOf(call)))))).toEqual([])
  return steps
}

test.each([
  ['of a path of its own', (index: number) => `/${index}`],
  ['of one path', () => '/a'],
])('ten times as many calls that wait, each %s, are looked at ten times as often', (_, pathOf) => {
  const few = stepsOf(200, pathOf)
  const many = stepsOf(2_000, pathOf)

  expect(many).toBe(10 * few)
})

test('of calls of one line that waits longest is found first, and none twice', () => {
  const expected = new Expected()
  const calls = [new Waiting('/a'), new Waiting('/a'), new Waiting('/a')]
  for (const call of calls) expected.add(call)

  const found = calls.map(() => {
    const call = expected.find(lineOf('/a'))
    if (call !== undefined) expected.delete(call)
    return call
  })

  expect(found).toEqual(calls)
  for (const [index, call] of found.entries()) expect(call).toBe(calls[index])
  expect(expected.find(lineOf('/a'))).toBeUndefined()
})

test('a call that ends unseen is expected no more, sorted or not', () => {
  const expected = new Expected()
  const [first, second] = [new Waiting('/a'), new Waiting('/a')]
  expected.add(first)
  expect(expected.find(lineOf('/a'))).toBe(first)
  expected.add(second)

  expected.delete(first)
  expected.delete(second)

  expect(expected.find(lineOf('/a'))).toBeUndefined()
})

test('a call whose line changes while it waits is kept no longer than others', () => {
  const expected = new Expected()
  const call = new Waiting('/a')
  expected.add(call)
  expect(expected.find(lineOf('/a'))).toBe(call)

  call.moveTo('/b')
  expected.delete(call)
  call.moveTo('/a')

  expect(expected.find(lineOf('/a'))).toBeUndefined()
})

test('a call whose URL cannot be read is never found', () => {
  const expected = new Expected()
  const unreadable = { line: undefined, awaits: () => true }
  expected.add(unreadable)

  expect(expected.find(lineOf('/a'))).toBeUndefined()
  expected.delete(unreadable)
})
