import { readFileSync, readdirSync } from 'node:fs'
import { createEngine, type Engine } from '@plimsoll/promql'
import { parseSpecs, renderRules, sloRules } from '@plimsoll/slo-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'

// What stands in prometheus/ and docs/, against each other and against the generator. promtool runs the tests there in e2e.

interface RuleText {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

interface TestText {
  readonly promql_expr_test?: readonly {
    readonly expr: string
    readonly exp_samples: readonly { readonly labels: string }[]
  }[]
}

const ROOT = new URL('../../../../', import.meta.url)
const RULES = new URL('prometheus/rules/', ROOT)
const TESTS = new URL('prometheus/tests/', ROOT)

let engine: Engine
beforeAll(async () => {
  engine = await createEngine()
})

function textOf(url: URL): string {
  return readFileSync(url, 'utf8')
}

function rulesIn(file: string): readonly RuleText[] {
  const { groups } = parse(textOf(new URL(file, RULES))) as { groups: { rules: RuleText[] }[] }
  return groups.flatMap(({ rules }) => rules)
}

const FILES = readdirSync(RULES)
const ALERTS = FILES.flatMap(rulesIn).filter(({ alert }) => alert !== undefined)

test('the rules of the harvest are those of its spec: npm run docs makes them anew', () => {
  const file = 'examples/harvest/slo.yaml'
  const specs = parseSpecs([{ name: file, text: textOf(new URL(file, ROOT)) }])

  const made = renderRules(sloRules(specs, { parse: (query) => engine.parse(query) }))

  expect(textOf(new URL('harvest.yaml', RULES))).toBe(made)
})

describe.each(FILES)('%s', (file) => {
  test('has only expressions that parse', () => {
    for (const { expr } of rulesIn(file)) expect(() => engine.parse(expr)).not.toThrow()
  })

  test('has alerts that say whom to wake, what is wrong, and what to do', () => {
    for (const { alert, labels, annotations } of rulesIn(file)) {
      if (alert === undefined) continue
      expect(labels?.['severity']).toBeOneOf(['page', 'ticket'])
      expect(Object.keys(annotations ?? {})).toEqual(
        expect.arrayContaining(['summary', 'description', 'runbook_url']),
      )
      expect(annotations?.['runbook_url']).toBe(`docs/alerts.md#${alert.toLowerCase()}`)
    }
  })
})

test('every alert is fired by a test of promtool, and every test file is of rules that are there', () => {
  const fired = readdirSync(TESTS).flatMap((file) => firedBy(textOf(new URL(file, TESTS))))

  const unfired = ALERTS.filter((alert) => !fired.some((labels) => isOf(alert, labels)))
  expect(unfired).toEqual([])
  expect(fired.filter((labels) => !ALERTS.some((alert) => isOf(alert, labels)))).toEqual([])
})

/** The labels of the alerts that a test file expects to fire. */
function firedBy(text: string): Readonly<Record<string, string>>[] {
  const { tests } = parse(text) as { tests: TestText[] }
  return tests
    .flatMap((one) => one.promql_expr_test ?? [])
    .filter(({ expr }) => expr.includes('ALERTS') && expr.includes('alertstate="firing"'))
    .flatMap(({ exp_samples: samples }) => samples)
    .map(({ labels }) => {
      const { matchers } = engine.parse(labels).selectors[0] ?? { matchers: [] }
      return Object.fromEntries(matchers.map(({ name, value }) => [name, value]))
    })
}

/** The sample names the alert, and contradicts none of its labels. */
function isOf({ alert, labels }: RuleText, sample: Readonly<Record<string, string>>): boolean {
  return (
    sample['alertname'] === alert &&
    Object.entries(labels ?? {}).every(([name, value]) => (sample[name] ?? value) === value)
  )
}

test('the page of alerts has a section for each, and none of an alert that is not there', () => {
  const page = textOf(new URL('docs/alerts.md', ROOT))
  const sections = [...page.matchAll(/^## (\w+)$/gmu)].map(([, name]) => name)
  const ofRules = ['SloLimitBroken', 'SloNoData', 'SloLimitNotABoundary']

  const named = new Set([...ALERTS.map(({ alert }) => alert), ...ofRules])
  expect(new Set(sections)).toEqual(named)
})

test('the alerts that rules of other specs may have are in the page as well', () => {
  const golden = parse(textOf(new URL('../golden/rules.yaml', import.meta.url))) as {
    groups: { rules: RuleText[] }[]
  }
  const page = textOf(new URL('docs/alerts.md', ROOT))

  const names = new Set(
    golden.groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? [])),
  )
  expect([...names].toSorted()).toEqual([
    'SloErrorBudgetBurn',
    'SloLimitBroken',
    'SloLimitNotABoundary',
    'SloNoData',
  ])
  for (const name of names) expect(page).toContain(`\n## ${name}\n`)
})

test('each section says what it means, why it matters, where to look and what to do', () => {
  const page = textOf(new URL('docs/alerts.md', ROOT))

  const alerts = page.split(/^## (?=[A-Z]\w+$)/mu).slice(1)
  const missing = alerts.flatMap((section) =>
    ['Means', 'Matters', 'Look at', 'Do']
      .filter((word) => !section.includes(`**${word}`))
      .map((word) => `${section.split('\n')[0]}: ${word}`),
  )
  expect(alerts.length).toBeGreaterThan(0)
  expect(missing).toEqual([])
})
