import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { dashboardFiles, REPOSITORY } from './dashboard-files.ts'

const read = (path: string): unknown => parse(readFileSync(join(REPOSITORY, path), 'utf8'))

interface Datasources {
  readonly apiVersion: number
  readonly datasources: readonly {
    readonly name: string
    readonly uid: string
    readonly type: string
    readonly access: string
    readonly url: string
    readonly isDefault: boolean
    readonly jsonData: { readonly httpMethod: string; readonly timeInterval: string }
  }[]
}
interface Providers {
  readonly apiVersion: number
  readonly providers: readonly {
    readonly type: string
    readonly allowUiUpdates: boolean
    readonly options: { readonly path: string }
  }[]
}
interface Compose {
  readonly services: {
    readonly grafana: {
      readonly environment: Readonly<Record<string, string>>
      readonly volumes: readonly string[]
    }
  }
}

const { datasources, ...sources } = read(
  'grafana/provisioning/datasources/prometheus.yaml',
) as Datasources
const { providers, ...dashboards } = read(
  'grafana/provisioning/dashboards/plimsoll.yaml',
) as Providers
const { grafana } = (read('docker-compose.yml') as Compose).services

test('the data source is Prometheus, at the address that compose sets', () => {
  expect(sources.apiVersion).toBe(1)
  expect(datasources).toHaveLength(1)
  expect(datasources[0]).toMatchObject({
    uid: 'prometheus',
    type: 'prometheus',
    access: 'proxy',
    url: '${PROMETHEUS_URL}',
    isDefault: true,
    jsonData: { httpMethod: 'POST' },
  })
  expect(grafana.environment['PROMETHEUS_URL']).toMatch(/^http:\/\/prometheus:\d+$/u)
})

test('the data source and the dashboards take the same export interval for the usual one', () => {
  const chosen = dashboardFiles().map(
    ({ templating }) => templating.list.find(({ name }) => name === 'export_interval')?.current,
  )

  expect(chosen).toHaveLength(5)
  for (const current of chosen) expect(current?.value).toBe(datasources[0]?.jsonData.timeInterval)
})

test('the dashboards are where compose puts them, and nobody edits them there', () => {
  expect(dashboards.apiVersion).toBe(1)
  expect(providers).toHaveLength(1)
  expect(providers[0]).toMatchObject({ type: 'file', allowUiUpdates: false })
  const mounts = new Map(
    grafana.volumes.map((volume) => {
      const [from = '', to = ''] = volume.split(':')
      return [to, from]
    }),
  )
  expect(mounts.get(providers[0]?.options.path ?? '')).toBe('./grafana/dashboards')
  const provisioned = mounts.get('/etc/grafana/provisioning') ?? ''
  expect(existsSync(join(REPOSITORY, provisioned, 'dashboards/plimsoll.yaml'))).toBe(true)
})
