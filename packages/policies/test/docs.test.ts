import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  BREAKER_DEFAULTS,
  checkBreakerOptions,
  checkDeadlineOptions,
  checkFallbackOptions,
  checkLimiterOptions,
  checkRetryBudgetOptions,
  checkRetryOptions,
  checkTimeoutOptions,
  LIMITER_DEFAULTS,
  RETRY_BUDGET_DEFAULTS,
  RETRY_DEFAULTS,
} from '@plimsoll/policies'

const page = (name: string): string =>
  readFileSync(new URL(`../../../docs/policies/${name}.md`, import.meta.url), 'utf8')

/** Option and default of each row of the table under a heading. */
function rowsUnder(text: string, heading: string): Record<string, string> {
  const section = text.split(/^## /mu).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  const rows = section.matchAll(/^\| `(\w+)` *\| `([^`]+)` *\|/gmu)
  return Object.fromEntries([...rows].map(([, option = '', value = '']) => [option, value]))
}

type Defaults = Readonly<Record<string, string | number | undefined>>
const shown = (value: string | number | undefined): string => String(value ?? 'none')

describe('the table of defaults is that of the constants', () => {
  test.each([
    ['circuit-breaker', 'Defaults', BREAKER_DEFAULTS],
    ['limiter', 'Defaults', LIMITER_DEFAULTS],
    ['retry', 'Defaults', RETRY_DEFAULTS],
    ['retry', 'Defaults of the budget', RETRY_BUDGET_DEFAULTS],
  ])('%s: %s', (name, heading, defaults: Defaults) => {
    const rows = rowsUnder(page(name), heading)

    for (const [option, value] of Object.entries(defaults)) {
      expect([option, rows[option]]).toEqual([option, shown(value)])
    }
  })
})

describe('every option in a table is one, and every option stands in it', () => {
  const common = ['name', 'subject', 'recorder', 'clock', 'random']
  test.each([
    ['circuit-breaker', 'Defaults', checkBreakerOptions],
    ['limiter', 'Defaults', checkLimiterOptions],
    ['retry', 'Defaults', checkRetryOptions],
    ['retry', 'Defaults of the budget', checkRetryBudgetOptions],
    ['fallback', 'Options', checkFallbackOptions],
  ])('%s: %s', (name, heading, check: (options: unknown) => void) => {
    const rows = Object.keys(rowsUnder(page(name), heading))
    const known = /known are (.*)$/u.exec(messageOf(() => check({ zzzzzzzz: 1 })))?.[1]

    expect([...rows, ...common].toSorted()).toEqual(known?.split(', ').toSorted())
  })

  test('timeout: Options', () => {
    const rows = rowsUnder(page('timeout'), 'Options')

    expect(rows).toEqual({ timeoutMs: 'required', afterMs: 'required' })
    expect(() => checkTimeoutOptions({ timeoutMs: 1 })).not.toThrow()
    expect(() => checkDeadlineOptions({ afterMs: 1 })).not.toThrow()
  })
})

function messageOf(run: () => void): string {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  return ''
}
