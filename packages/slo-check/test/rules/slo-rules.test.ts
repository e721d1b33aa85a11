import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { renderRules } from '@plimsoll/slo-check'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { badRatio, ratio, raw, sloText, threshold } from '../spec-text.ts'
import { alertsOf, expressionOf, rulesOf } from './made-rules.ts'

// GOLDEN=write rewrites the file from what the code does now: then read the difference.

const LIMIT = (op: string, value: number): string => `{ op: ${op}, value: ${value}, target: 0.99 }`
const KIND = (kind: string): string => `{ plimsoll.dev/kind: ${kind} }`

const EVERY_KIND = [
  sloText({
    name: 'good-ratio',
    period: '30d',
    annotations: "{ plimsoll.dev/min-samples: '20', plimsoll.dev/no-data: fail }",
    indicator: ratio('served_total{code!~"5.."}', 'served_total'),
    objective:
      '{ displayName: two nines, target: 0.99 }, { displayName: three nines, target: 0.999 }',
  }),
  sloText({
    name: 'bad-ratio',
    indicator: badRatio('sum(increase(x_total{job="$service"}[$window]))', 'y_total{job="z"}'),
  }),
  sloText({ name: 'gauges', indicator: ratio('ready', 'all', false) }),
  sloText({ name: 'given', indicator: raw('avg_over_time(share[$window])', 'failure') }),
  sloText({ name: 'instant', period: '1h', indicator: raw('a / b', 'success') }),
  sloText({
    name: 'upper-percentile',
    annotations: KIND('percentile'),
    objective: LIMIT('lte', 1),
    indicator: threshold('latency_seconds_bucket'),
  }),
  sloText({
    name: 'lower-percentile',
    annotations: KIND('percentile'),
    objective: '{ op: gte, value: 0.5, target: 0.1 }',
    indicator: threshold('speed_bucket{unit="m/s"}'),
  }),
  sloText({
    name: 'native-percentile',
    annotations: KIND('percentile'),
    objective: LIMIT('lte', 1),
    indicator: threshold('latency_seconds'),
  }),
  sloText({
    name: 'written-percentile',
    annotations: KIND('percentile'),
    objective: LIMIT('lt', 1),
    indicator: threshold('sum by (le) (rate(latency_seconds_bucket[$window]))'),
  }),
  sloText({
    name: 'few',
    annotations: KIND('count'),
    objective: LIMIT('lte', 12),
    indicator: threshold('opened_total{to="open"}'),
  }),
  sloText({
    name: 'none',
    annotations: KIND('count'),
    objective: LIMIT('lte', 0),
    indicator: threshold('broken_total'),
  }),
  sloText({
    name: 'many',
    annotations: KIND('count'),
    objective: LIMIT('gte', 1000),
    indicator: threshold('done_total'),
  }),
  sloText({
    name: 'slow-enough',
    annotations: "{ plimsoll.dev/kind: rate, plimsoll.dev/min-samples: '5' }",
    objective: LIMIT('lte', 2),
    indicator: threshold('asked_total'),
  }),
  sloText({
    name: 'cool',
    annotations: '{ plimsoll.dev/no-data: fail }',
    objective: LIMIT('lt', 80),
    indicator: threshold('temperature_celsius'),
  }),
].join('---\n')

test('every kind of objective has its rules', async () => {
  const text = renderRules(await rulesOf(EVERY_KIND))

  const golden = new URL('../golden/rules.yaml', import.meta.url)
  if (process.env['GOLDEN'] === 'write') writeFileSync(golden, text)
  expect(existsSync(golden), 'rules.yaml is missing: run with GOLDEN=write').toBe(true)
  expect(text).toBe(readFileSync(golden, 'utf8'))
})

test('the same spec gives the same file, and the file says what was made', async () => {
  const file = await rulesOf(EVERY_KIND)

  expect(renderRules(await rulesOf(EVERY_KIND))).toBe(renderRules(file))
  expect(parse(renderRules(file))).toEqual({
    groups: file.groups.map(({ name, interval, rules }) =>
      interval === undefined ? { name, rules } : { name, interval, rules },
    ),
  })
})

test('links lead where they are told to', async () => {
  const spec = sloText({ indicator: ratio('good_total', 'all_total') })

  const [alert] = alertsOf(
    await rulesOf(spec, {
      runbookUrl: 'https://run.example/alerts',
      dashboardUrl: 'https://g/d/x',
    }),
  )

  expect(alert?.annotations).toMatchObject({
    runbook_url: 'https://run.example/alerts#sloerrorbudgetburn',
    dashboard: 'https://g/d/x?var-service=harvest',
  })
})

test('a selector that chooses a service or job itself is left to it', async () => {
  const expr = async (query: string): Promise<string> => {
    const file = await rulesOf(sloText({ indicator: badRatio(query, query) }))
    return expressionOf(file, 'slo:sli_error:ratio_rate5m')
  }

  expect(await expr('x_total')).toContain('x_total{service_name="harvest"}[5m]')
  expect(await expr('x_total{a="b"}')).toContain('x_total{service_name="harvest",a="b"}[5m]')
  expect(await expr('x_total{job=~"a|b"}')).toContain('x_total{job=~"a|b"}[5m]')
  expect(await expr('x_total{service_name="$service"}')).toContain(
    'x_total{service_name="harvest"}[5m]',
  )
})

test('objectives of one name are told apart', async () => {
  const file = await rulesOf(
    sloText({
      objective: '{ displayName: good, target: 0.9 }, { displayName: good, target: 0.99 }',
    }),
  )

  const names = new Set(
    file.groups.flatMap(({ rules }) => rules.map(({ labels }) => labels['slo_objective'])),
  )
  expect([...names]).toEqual(['good', 'good (2)'])
  expect(file.groups.map(({ name }) => name)).toEqual(
    ['slo:promise:1', 'slo:promise:2'].flatMap((name) => [name, `${name}:long`]),
  )
})

test('a burn that cannot be is not waited for', async () => {
  const file = await rulesOf(sloText({ objective: '{ target: 0.6 }', period: '30d' }))

  expect(alertsOf(file).map(({ labels }) => labels['long_window'])).toEqual(['3d'])
  expect(file.groups[0]?.comments).toContain(
    'Left out: no page at 14.4 times: with a budget of 40 % nothing burns faster than 2.5 times.',
  )
})

test('whatever a spec names, what is made of it parses', async () => {
  const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,10}$/u)
  const value = fc.string({ maxLength: 8 })
  const selector = fc
    .tuple(name, value, fc.constantFrom('=', '!=', '=~', '!~'))
    .map(([metric, text, op]) => {
      const literal = op.endsWith('~') ? text.replaceAll(/[^a-z]/gu, '.') : text
      return `${metric}{label${op}${JSON.stringify(literal)}}`
    })
  const display = fc.stringMatching(/^[ -~]{1,20}$/u)

  await fc.assert(
    fc.asyncProperty(selector, selector, display, async (good, total, displayName) => {
      const objective = `{ displayName: ${JSON.stringify(displayName)}, target: 0.95 }`

      const file = await rulesOf(sloText({ indicator: ratio(good, total), objective }))

      expect(parse(renderRules(file))).toMatchObject({ groups: [{ name: 'slo:promise' }, {}] })
    }),
  )
})
