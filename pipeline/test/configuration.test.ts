import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ATTRIBUTES } from '@plimsoll/semconv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { collectorArguments, collectorEnvironment } from '../src/collector.ts'
import { MODULES, releaseOf } from '../src/modules.ts'
import { ROOT } from '../src/paths.ts'
import { STANDARD_PORTS } from '../src/ports.ts'
import { prometheusArguments, renderTargets } from '../src/prometheus.ts'

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')
const release = (name: string): string => {
  const module = MODULES.find((one) => one.name === name)
  return module === undefined ? 'unknown' : releaseOf(module)
}
/** Variables of a text, with their defaults. */
const variablesOf = (text: string): Map<string, string> =>
  new Map(
    [...text.matchAll(/\$\{env:([A-Z_]+):-([^}]*)\}/gu)].map(([, name, value]) => [
      name ?? '',
      value ?? '',
    ]),
  )

describe('the versions of containers and of the native pipeline', () => {
  it('are the same', () => {
    const compose = read('docker-compose.yml')

    const images = [...compose.matchAll(/image: (\S+):(\S+)/gu)].map(([, name, tag]) => [name, tag])

    expect(images).toEqual([
      ['otel/opentelemetry-collector-contrib', release('collector')],
      ['prom/prometheus', `v${release('prometheus')}`],
      ['prom/prometheus', `v${release('prometheus')}`],
      ['grafana/grafana', expect.stringMatching(/^\d+\.\d+\.\d+$/u)],
    ])
  })
})

describe('the variables of collector-config.yaml', () => {
  const environment = collectorEnvironment({
    ports: STANDARD_PORTS,
    dir: '.plimsoll/pipeline/collector',
    prometheusEndpoint: 'http://127.0.0.1:9090',
  })
  const variables = variablesOf(read('collector-config.yaml'))

  it('have the standard ports and places as their defaults', () => {
    for (const [name, value] of Object.entries(environment)) {
      expect([name, variables.get(name)]).toEqual([name, value])
    }
  })

  it('are each explained in docs/pipeline.md', () => {
    const page = read('docs/pipeline.md')
    for (const name of variables.keys()) expect(page).toContain(`\`${name}\``)
  })

  it('do without any that has no default', () => {
    const all = [...read('collector-config.yaml').matchAll(/\$\{[^}]*\}/gu)]
    expect(all.filter(([text]) => !/^\$\{env:[A-Z_]+:-[^}]+\}$/u.test(text))).toEqual([])
  })

  it('and more files are given to the Collector in order, ours first', () => {
    expect(collectorArguments(['yaml:a: 1', 'b.yaml'])).toEqual([
      `--config=${join(ROOT, 'collector-config.yaml')}`,
      '--config=yaml:a: 1',
      '--config=b.yaml',
    ])
  })
})

describe("Prometheus's settings", () => {
  const place = { config: 'etc/prometheus.yml', dir: 'd', ports: { prometheus: 1234 } }

  it('promote the attributes that the embedded engine promotes', () => {
    const list = /promote_resource_attributes:\n((?:\s+- \S+\n)+)/u.exec(
      read('prometheus/prometheus.yml'),
    )?.[1]
    const promoted = list?.match(/[a-z.]+/gu)
    const embedded = /promotedAttributes = \[\]string\{(.*)\}/u.exec(
      read('packages/promql/engine/resource_labels.go'),
    )?.[1]

    const { runId, serviceName, serviceVersion } = ATTRIBUTES
    expect(promoted?.slice(0, 3)).toEqual([runId.key, serviceName.key, serviceVersion.key])
    expect(embedded?.split(', ').map((key) => key.replaceAll('"', ''))).toEqual(
      promoted?.map((key) => (key === serviceName.key ? 'serviceName' : key)),
    )
  })

  it('enable what exact counts need, in one list for containers and the native pipeline', () => {
    const flags = prometheusArguments(place)

    expect(flags).toContain('--web.enable-otlp-receiver')
    expect(flags.find((flag) => flag.startsWith('--enable-feature='))).toMatch(
      /created-timestamp-zero-ingestion.*promql-extended-range-selectors/u,
    )
    expect(flags).toContain('--web.listen-address=127.0.0.1:1234')
    expect(read('docker-compose.yml')).toContain("'@/etc/prometheus/flags'")
  })

  it('give way to a flag that is given again', () => {
    const flags = prometheusArguments({ ...place, flags: ['--enable-feature=none'] })

    expect(flags.filter((flag) => flag.startsWith('--enable-feature'))).toEqual([
      '--enable-feature=none',
    ])
  })

  it('scrape the same jobs natively as in containers', () => {
    const jobs = (text: string): string[] => text.match(/job: \w+/gu) ?? []

    const native = renderTargets({ telemetry: 1, prometheus: 2 })

    expect(native).toBe(
      "- targets: ['127.0.0.1:1']\n  labels: { job: otelcol }\n- targets: ['127.0.0.1:2']\n  labels: { job: prometheus }\n",
    )
    expect(jobs(native)).toEqual(jobs(read('prometheus/targets/pipeline.yml')))
  })
})

describe('redaction', () => {
  it('leaves out the attributes of ours that hold no text of others', () => {
    const { processors } = parse(read('collector-config.yaml')) as {
      processors: { redaction: { ignored_keys: string[]; ignored_key_patterns: string[] } }
    }
    const { ignored_keys: keys, ignored_key_patterns: patterns } = processors.redaction
    const isIgnored = (key: string): boolean =>
      keys.includes(key) || patterns.some((pattern) => new RegExp(pattern, 'u').test(key))

    const all = Object.values(ATTRIBUTES).map(({ key }) => key)

    const lookedAt = all.filter((key) => !isIgnored(key))
    expect(lookedAt).toEqual([ATTRIBUTES.urlFull.key, ATTRIBUTES.exceptionMessage.key])
    expect(keys.filter((key) => !all.includes(key))).toEqual([])
  })
})
