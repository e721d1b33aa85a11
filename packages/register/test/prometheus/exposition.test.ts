import type { Attributes } from '@opentelemetry/api'
import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { createEngine } from '@plimsoll/promql'
import { ATTRIBUTES as A, INSTRUMENTS } from '@plimsoll/semconv'
import { createCells, type Cells } from '@plimsoll/telemetry'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Exposition } from '../../src/prometheus/accept.ts'
import { createSource, type Source } from '../../src/prometheus/source.ts'
import { textOf } from '../../src/prometheus/text.ts'
import { readExposition, type Exposed, type Sample } from '../support/exposition.ts'

const NOON_MS = Date.UTC(2026, 10, 22, 12)
const RESOURCE: Attributes = {
  [A.serviceName.key]: 'shop',
  'service.namespace': 'web',
  [A.serviceVersion.key]: '2.1',
  [A.serviceInstanceId.key]: 'i-1',
  [A.runId.key]: 'r-1',
  'deployment.environment.name': 'test',
  team: 'a "quoted"\nline\\',
}

function newCells(options: Parameters<typeof createCells>[0] = {}): Cells {
  const clock = {
    now: () => 0,
    epoch: () => NOON_MS,
    sleep: () => Promise.reject(new Error('nothing here sleeps')),
  }
  return createCells({ clock, ...options })
}

/** The text of what cells hold, and what was left out of it. */
function exposed(
  cells: Cells,
  exposition: Exposition = 'text',
): Exposed & { readonly text: string; readonly leftOut: readonly string[] } {
  const leftOut: string[] = []
  const source = sourceOf(cells, (line) => leftOut.push(line))
  const text = textOf([source(exposition)], exposition)
  return { ...readExposition(text), text, leftOut }
}

function sourceOf(cells: Cells, warn: (line: string) => void, resource = RESOURCE): Source {
  const messages = { info: () => {}, warn, error: () => {} }
  return createSource({ cells, resource, messages })
}

/** Every series that the embedded engine makes of the same points. */
const engine = await createEngine()
function loaded(cells: Cells): Sample[] {
  const line = JsonMetricsSerializer.serializeRequest({
    resource: resourceFromAttributes(RESOURCE),
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the same numbers, not the same enum
    scopeMetrics: cells.collect(),
  })
  engine.clear()
  const report = engine.load([new TextDecoder().decode(line)])
  expect(report.problems.filter(({ kind }) => kind !== 'label-collision')).toEqual([])
  const answer = engine.instant('{__name__=~".+"}', NOON_MS / 1000 + 60)
  if (answer.resultType !== 'vector') throw new Error(answer.resultType)
  return answer.result.flatMap((one) => {
    if (!('value' in one)) return []
    const { __name__: name = '', ...labels } = one.metric
    return [{ name, labels, value: Number(one.value[1]) }]
  })
}

/** As a set, without labels of the scope, which the receiver does not write, and `le` as a number. */
function comparable(samples: readonly Sample[]): string[] {
  return samples
    .map(({ name, labels, value }) => {
      const kept = Object.entries(labels)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .filter(([key]) => !key.startsWith('otel_scope_'))
        .map(([key, text]) => [
          key,
          key === 'le' && name.endsWith('_bucket') ? Number(text.replace('Inf', 'Infinity')) : text,
        ])
      return JSON.stringify([name, Object.fromEntries(kept), value])
    })
    .toSorted()
}

describe('the text has the series of the embedded loader', () => {
  const attribute = fc.oneof(
    fc.constantFrom(
      'a',
      'a.b',
      'a_b',
      'http.method',
      '9lives',
      'job',
      'le',
      'le x',
      'service.name',
      'é',
    ),
    fc.stringMatching(/^[a-z][a-z.]{0,6}$/u),
  )
  const value = fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom('a"b', 'a\\b', 'a\nb', ''),
  )
  const attributes = fc.dictionary(attribute, value, { maxKeys: 4 }).map((one) => ({ ...one }))
  const instrument = fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9._]{0,10}[a-z]$/u),
    unit: fc.constantFrom('', 's', 'ms', 'By', '1', '{call}', 'By/s', '%'),
    kind: fc.constantFrom('counter', 'updowncounter', 'gauge', 'histogram'),
    points: fc.array(fc.tuple(attributes, fc.double({ min: 0, max: 1e9, noNaN: true })), {
      minLength: 1,
      maxLength: 4,
    }),
  })

  test('the same names, labels and values', () => {
    fc.assert(
      fc.property(fc.array(instrument, { minLength: 1, maxLength: 6 }), (instruments) => {
        const cells = newCells()
        const meter = cells.meterProvider.getMeter('m')
        for (const { name, unit, kind, points } of instruments) {
          for (const [{ le, ...others }, number] of points) {
            // A histogram's `le` is for its buckets alone.
            const labels = le === undefined || kind === 'histogram' ? others : { le, ...others }
            if (kind === 'counter') meter.createCounter(name, { unit }).add(number, labels)
            if (kind === 'updowncounter')
              meter.createUpDownCounter(name, { unit }).add(-number, labels)
            if (kind === 'gauge') meter.createGauge(name, { unit }).record(number, labels)
            if (kind === 'histogram') meter.createHistogram(name, { unit }).record(number, labels)
          }
        }
        for (const exposition of ['text', 'openmetrics'] as const) {
          const { samples, leftOut } = exposed(cells, exposition)
          const created = (one: Sample): boolean => !one.name.endsWith('_created')
          // Series that become one are told, and which of their values counts is nobody's to say.
          if (leftOut.length > 0) continue
          expect(comparable(samples.filter(created))).toEqual(comparable(loaded(cells)))
        }
      }),
      { numRuns: 200 },
    )
  })

  test('for each of our own instruments', () => {
    const cells = newCells()
    for (const id of Object.keys(INSTRUMENTS) as (keyof typeof INSTRUMENTS)[]) {
      cells.measures.bind(id, { [A.serverPort.key]: 443 }).record(2)
    }
    const { samples, leftOut } = exposed(cells)

    expect(leftOut).toEqual([])
    expect(comparable(samples)).toEqual(comparable(loaded(cells)))
  })
})

describe('the text', () => {
  const counted = () => {
    const cells = newCells()
    cells.meterProvider
      .getMeter('app', '1.0', { schemaUrl: 'https://example.org/s' })
      .createCounter('io', { unit: 'By', description: 'Bytes "read"\nfrom C:\\' })
      .add(3, { le: 'x', instance: 'mine', path: 'a"b\\c\nd' })
    return cells
  }

  test('names job, instance, run and scope on each series, whatever the program calls its attributes', () => {
    const { samples, types, help } = exposed(counted())

    expect(samples.find(({ name }) => name === 'io_bytes_total')).toEqual({
      name: 'io_bytes_total',
      labels: {
        job: 'web/shop',
        le: 'x',
        instance: 'i-1',
        resilience_run_id: 'r-1',
        service_name: 'shop',
        service_version: '2.1',
        deployment_environment_name: 'test',
        otel_scope_name: 'app',
        otel_scope_version: '1.0',
        otel_scope_schema_url: 'https://example.org/s',
        path: 'a"b\\c\nd',
      },
      value: 3,
    })
    expect(types.get('io_bytes_total')).toBe('counter')
    expect(help.get('io_bytes_total')).toBe('Bytes "read"\\nfrom C:\\\\')
  })

  test('of OpenMetrics has units, when series began, and an end', () => {
    const { samples, types, units, help, eof, text } = exposed(counted(), 'openmetrics')

    expect(types.get('io_bytes')).toBe('counter')
    expect(units.get('io_bytes')).toBe('bytes')
    expect(help.get('io_bytes')).toBe('Bytes \\"read\\"\\nfrom C:\\\\')
    expect(types.get('target')).toBe('info')
    expect(samples.find(({ name }) => name === 'io_bytes_created')?.value).toBe(
      (NOON_MS - 1) / 1000,
    )
    expect(eof).toBe(true)
    expect(exposed(counted()).eof).toBe(false)
    expect(text).not.toContain('\n\n')
  })

  test('writes the bounds of buckets as each format wants them', () => {
    const cells = newCells()
    cells.meterProvider
      .getMeter('m')
      .createHistogram('h', { advice: { explicitBucketBoundaries: [0.5, 1] } })
      .record(1)
    const bounds = (form: Exposition): (string | undefined)[] =>
      exposed(cells, form)
        .samples.filter(({ name }) => name === 'h_bucket')
        .map(({ labels }) => labels['le'])

    expect(bounds('text')).toEqual(['0.5', '1', '+Inf'])
    expect(bounds('openmetrics')).toEqual(['0.5', '1.0', '+Inf'])
  })

  test('leaves `le` of a histogram to its buckets', () => {
    const cells = newCells()
    cells.meterProvider
      .getMeter('m')
      .createHistogram('h', { advice: { explicitBucketBoundaries: [1] } })
      .record(1, { le: 'mine', a: 'b' })
    const labels = exposed(cells)
      .samples.filter(({ name }) => name.startsWith('h'))
      .map(({ name, labels }) => [name, labels['le'], labels['a']])

    expect(labels).toEqual([
      ['h_bucket', '1', 'b'],
      ['h_bucket', '+Inf', 'b'],
      ['h_sum', undefined, 'b'],
      ['h_count', undefined, 'b'],
    ])
  })

  test('shows count and sum of an exponential histogram, as the Collector does', () => {
    const cells = newCells({ histograms: 'exponential' })
    cells.meterProvider.getMeter('m').createHistogram('h').record(3)
    const { samples } = exposed(cells)

    expect(
      samples
        .filter(({ name }) => name.startsWith('h'))
        .map(({ name, labels, value }) => [name, labels['le'], value]),
    ).toEqual([
      ['h_bucket', '+Inf', 1],
      ['h_sum', undefined, 3],
      ['h_count', undefined, 1],
    ])
  })

  test('has a name once, and a series once, for either twice costs a server the whole scrape', () => {
    const cells = newCells()
    for (const scope of ['one', 'two']) {
      const meter = cells.meterProvider.getMeter(scope)
      meter.createCounter('hits').add(1, { 'a.b': 1, a_b: 2 })
    }
    const meter = cells.meterProvider.getMeter('one')
    meter.createCounter('hits').add(7, { a: 1 })
    meter.createCounter('hits').add(8, { a: '1' })
    meter.createGauge('hits.total').record(5)
    meter.createGauge('é').record(1)
    const { samples, leftOut } = exposed(cells)

    const hits = samples.filter(({ name }) => name === 'hits_total')
    expect(
      hits.map(({ labels, value }) => [
        labels['otel_scope_name'],
        labels['a_b'] ?? labels['a'],
        value,
      ]),
    ).toEqual([
      ['one', '1;2', 1],
      ['one', '1', 7],
      ['two', '1;2', 1],
    ])
    expect(leftOut).toEqual([
      'metric "hits" is not served whole: some of its series become one series of hits_total',
      'metric "hits.total" is not served whole: hits_total is a counter already',
      'metric "é" is not served whole: no character of its name is one that Prometheus allows',
    ])
  })

  test('joins the series of several instances under one header', () => {
    const families = (instance: string) =>
      sourceOf(counted(), () => {}, { ...RESOURCE, [A.serviceInstanceId.key]: instance })('text')
    const { samples } = readExposition(textOf([families('a'), families('b')], 'text'))

    expect(samples.map(({ name, labels }) => [name, labels['instance']])).toEqual([
      ['target_info', 'a'],
      ['target_info', 'b'],
      ['io_bytes_total', 'a'],
      ['io_bytes_total', 'b'],
    ])
  })

  test('of 2,000 series is made in at most 50 ms', () => {
    const cells = newCells()
    const meter = cells.meterProvider.getMeter('m')
    for (let at = 0; at < 1_800; at += 1) meter.createCounter('c').add(at, { host: `h${at}`, at })
    for (let at = 0; at < 200; at += 1) {
      cells.measures.bind('callDuration', { [A.serverAddress.key]: `h${at}` }).record(0.1)
    }
    const source = sourceOf(cells, () => {})
    const runs = Array.from({ length: 9 }, () => {
      const before = performance.now()
      const { length } = textOf([source('text')], 'text')
      return { ms: performance.now() - before, length }
    })
    const [best] = runs.toSorted((a, b) => a.ms - b.ms)
    console.log(
      `2,000 series: ${runs[0]?.ms.toFixed(1)} ms the first time, ${best?.ms.toFixed(1)} ms at best, ${best?.length} bytes`,
    )

    expect(best?.ms).toBeLessThan(50)
  })
})
