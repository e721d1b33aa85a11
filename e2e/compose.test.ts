import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildBinaries } from '../pipeline/src/index.ts'

const run = promisify(execFile)
const FILE = join(fileURLToPath(new URL('..', import.meta.url)), 'docker-compose.yml')

let compose: string
beforeAll(async () => {
  ;({ compose } = await buildBinaries({ log: (line) => console.log(line) }))
})

interface ComposeService {
  readonly image: string
  readonly command: readonly string[] | null
  readonly environment: Readonly<Record<string, string>> | null
  readonly ports: readonly { host: string; published: string }[] | null
  readonly mounts: readonly { type: string; source: string; target: string; readOnly: boolean }[]
  readonly healthCheck: readonly string[] | null
  readonly readOnly: boolean
  readonly securityOpt: readonly string[] | null
}

async function composeServices(
  env: Record<string, string> = {},
): Promise<Record<string, ComposeService>> {
  const { stdout } = await run(compose, [FILE], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
  })
  return (JSON.parse(stdout) as { services: Record<string, ComposeService> }).services
}

describe('docker-compose.yml', () => {
  it('follows the Compose schema with nothing set, and publishes every port on loopback alone', async () => {
    const services = await composeServices()

    const ports = Object.values(services).flatMap((service) => service.ports ?? [])
    expect(Object.keys(services).sort()).toEqual([
      'collector',
      'collector-health',
      'grafana',
      'prometheus',
    ])
    expect(ports.map(({ published }) => published).sort()).toEqual(
      ['4317', '4318', '8888', '8889', '13133', '9090', '3000'].sort(),
    )
    expect(new Set(ports.map(({ host }) => host))).toEqual(new Set(['127.0.0.1']))
  })

  it('publishes elsewhere only when told', async () => {
    const services = await composeServices({ BIND_ADDRESS: '10.0.0.5' })

    const hosts = Object.values(services).flatMap(({ ports }) => ports ?? [])
    expect(new Set(hosts.map(({ host }) => host))).toEqual(new Set(['10.0.0.5']))
  })

  it('pins each image, mounts only what is there, and leaves no file system writable', async () => {
    for (const service of Object.values(await composeServices())) {
      expect(service.image).toMatch(/:v?\d+\.\d+\.\d+$/u)
      expect(service.readOnly).toBe(true)
      expect(service.securityOpt).toContain('no-new-privileges:true')
      for (const mount of service.mounts ?? []) {
        if (mount.type !== 'bind') continue
        expect(mount.readOnly).toBe(true)
        expect([mount.source, existsSync(mount.source)]).toEqual([mount.source, true])
      }
    }
  })

  it('leaves no password: Grafana has no administrator and no log-in', async () => {
    const services = await composeServices()

    const text = JSON.stringify(services)
    expect(text).not.toMatch(/password|passwd|secret|token/iu)
    expect(services['grafana']?.environment).toMatchObject({
      GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: 'true',
      GF_AUTH_DISABLE_LOGIN_FORM: 'true',
      GF_AUTH_BASIC_ENABLED: 'false',
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
    })
  })

  it('opens Grafana on a dashboard that is there', async () => {
    const { grafana } = await composeServices()

    const home = grafana?.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? ''
    const dashboards = grafana?.mounts.find(({ target }) => home.startsWith(`${target}/`))
    const file = home.replace(dashboards?.target ?? '', dashboards?.source ?? '')
    expect([file, existsSync(file)]).toEqual([file, true])
  })

  it('checks the health of all it runs', async () => {
    const services = await composeServices()

    // The Collector's own image holds nothing that could ask; collector-health asks for it.
    const unchecked = Object.entries(services).filter(([, { healthCheck }]) => healthCheck === null)
    expect(unchecked.map(([name]) => name)).toEqual(['collector'])
    expect(services['collector-health']?.healthCheck).toContain('http://collector:13133/')
  })

  it("keeps Grafana's bundled plugins, the Prometheus data source among them, as the image has them", async () => {
    const { grafana } = await composeServices()

    // An update begins with unloading, and cannot write where nothing is writable.
    expect(grafana?.environment).toMatchObject({
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
      GF_PLUGINS_PREINSTALL_AUTO_UPDATE: 'false',
    })
  })
})
