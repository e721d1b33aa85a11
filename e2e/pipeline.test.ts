import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ATTRIBUTES, INSTRUMENTS, prometheusLabel, prometheusName } from '@plimsoll/semconv'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  buildBinaries,
  startPipeline,
  type Binaries,
  type Pipeline,
} from '../pipeline/src/index.ts'
import { ask, eventually, exposed, linesOf } from './pipeline/ask.ts'
import { metricsRequest, post, sendByGrpc } from './pipeline/otlp.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const at = (file: string): string => join(ROOT, file)

const temporary: string[] = []
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-'))
  temporary.push(dir)
  return dir
}
let binaries: Binaries

beforeAll(async () => {
  binaries = await buildBinaries({ log: (line) => console.log(line) })
})
afterAll(() => {
  for (const dir of temporary) rmSync(dir, { recursive: true, force: true })
})

const exists = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

describe('the programs', () => {
  it('are of the versions that containers run, and say so', async () => {
    const compose = readFileSync(at('docker-compose.yml'), 'utf8')
    const [collector] = /collector-contrib:\S+/u.exec(compose) ?? ['']
    const [prometheus] = /prom\/prometheus:v\S+/u.exec(compose) ?? ['']

    const versions = {
      otelcol: (await run(binaries.otelcol, ['--version'])).stdout,
      prometheus: (await run(binaries.prometheus, ['--version'])).stdout,
      promtool: (await run(binaries.promtool, ['--version'])).stdout,
    }

    expect(versions.otelcol.trim()).toBe(`otelcol version ${collector.split(':')[1]}`)
    expect(versions.prometheus).toContain(`version ${prometheus.split(':v')[1]} `)
    expect(versions.promtool).toContain(`version ${prometheus.split(':v')[1]} `)
  })
})

describe('the configuration', () => {
  it('is valid for the Collector', async () => {
    await run(binaries.otelcol, ['validate', `--config=${at('collector-config.yaml')}`])
  })

  it('is valid for Prometheus, its rules included', async () => {
    const { stdout } = await run(binaries.promtool, [
      'check',
      'config',
      at('prometheus/prometheus.yml'),
    ])
    expect(stdout).toContain('is valid prometheus config file syntax')
  })
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
  const { stdout } = await run(binaries.compose, [at('docker-compose.yml')], {
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
})

describe('the pipeline', () => {
  let pipeline: Pipeline
  beforeAll(async () => {
    pipeline = await startPipeline({ dir: folder() })
  })
  afterAll(() => pipeline[Symbol.asyncDispose]())

  const resource = {
    [ATTRIBUTES.serviceName.key]: 'shop',
    [ATTRIBUTES.serviceVersion.key]: '1.2.3',
    [ATTRIBUTES.serviceInstanceId.key]: 'one',
    [ATTRIBUTES.runId.key]: 'run-1',
    'deployment.environment.name': 'test',
    'host.name': 'not a label',
  }
  const counter = INSTRUMENTS.telemetryLost
  const series = prometheusName(counter)

  it('brings a counter to Prometheus with the promoted labels and a 0 at its start', async () => {
    const request = metricsRequest(resource, [{ name: counter.name, value: 3 }])

    expect(await post(pipeline.collector.otlpHttp, 'metrics', request)).toBe(200)

    const query = `${series}{${prometheusLabel(ATTRIBUTES.runId.key)}="run-1"}[1m]`
    const [sample] = await eventually(
      () => ask(pipeline.prometheus.url, query),
      (found) => found[0]?.values?.length === 2,
    )
    expect(sample?.metric).toEqual({
      __name__: series,
      job: 'shop',
      instance: 'one',
      [prometheusLabel(ATTRIBUTES.runId.key)]: 'run-1',
      [prometheusLabel(ATTRIBUTES.serviceName.key)]: 'shop',
      [prometheusLabel(ATTRIBUTES.serviceVersion.key)]: '1.2.3',
      deployment_environment_name: 'test',
    })
    expect(sample?.values?.map(([, value]) => value)).toEqual(['0', '3'])
  })

  it('has it in the file and on the scrape port too, and counts what it did', async () => {
    const { collector } = pipeline

    const lines = linesOf(collector.files.metrics)
    const scraped = await (await fetch(collector.scrape)).text()

    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`"${counter.name}"`)
    expect(scraped).toMatch(
      new RegExp(`^${series}\\{.*${prometheusLabel(ATTRIBUTES.runId.key)}="run-1".*\\} 3`, 'mu'),
    )
    expect(await exposed(collector.telemetry, 'otelcol_receiver_accepted_metric_points')).toBe(1)
    expect(await exposed(collector.telemetry, 'otelcol_exporter_queue_capacity')).toBe(536870912)
  })

  it('takes OTLP over gRPC', async () => {
    const gauge = { name: 'grpc.gauge', service: 'caller', value: 7 }

    expect(await sendByGrpc(pipeline.collector.otlpGrpc, gauge)).toBe(0)

    const [sample] = await eventually(
      () => ask(pipeline.prometheus.url, 'grpc_gauge'),
      (found) => found.length > 0,
    )
    expect(sample?.value?.[1]).toBe('7')
  })

  it("takes a program's metrics, spans and events over protobuf, and has them in its files", async () => {
    const dir = folder()

    await run(process.execPath, ['-r', '@plimsoll/register', at('examples/plain/plain.cjs')], {
      cwd: ROOT,
      env: {
        ...process.env,
        OTEL_EXPORTER_OTLP_ENDPOINT: pipeline.collector.otlpHttp,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_SERVICE_NAME: 'plain',
        PLIMSOLL_RUN_ID: 'run-plain',
        TMPDIR: dir,
      },
    })

    const calls = `${prometheusName(INSTRUMENTS.callDuration)}_count`
    const query = `sum(${calls}{${prometheusLabel(ATTRIBUTES.runId.key)}="run-plain"})`
    const [sample] = await eventually(
      () => ask(pipeline.prometheus.url, query),
      (found) => found.length > 0,
    )
    expect(sample?.value?.[1]).toBe('3')
    for (const file of Object.values(pipeline.collector.files)) {
      expect(linesOf(file).some((line) => line.includes('run-plain'))).toBe(true)
    }
  })

  it('scrapes its own telemetry, and not the scrape port', async () => {
    const up = await eventually(
      () => ask(pipeline.prometheus.url, 'up'),
      (found) => found.length === 2 && found.every(({ value }) => value?.[1] === '1'),
      60_000,
    )

    const jobs = new Set(up.map(({ metric }) => metric['job']))
    expect(jobs).toEqual(new Set(['otelcol', 'prometheus']))
    const own = `${series}{${prometheusLabel(ATTRIBUTES.runId.key)}="run-1"}`
    const [count] = await ask(pipeline.prometheus.url, `count(${own})`)
    expect(count?.value?.[1]).toBe('1')
  })

  it('tells its version to clients, and has loaded the rules', async () => {
    const get = async (path: string): Promise<unknown> =>
      (await fetch(`${pipeline.prometheus.url}${path}`)).json()

    const build = (await get('/api/v1/status/buildinfo')) as { data: { version: string } }
    const rules = (await get('/api/v1/rules')) as { data: { groups: unknown[] } }

    expect(build.data.version).toMatch(/^3\.\d+\.\d+$/u)
    expect(rules.data.groups.length).toBeGreaterThan(0)
  })
})

describe('npm run pipeline', () => {
  const launchers: ChildProcess[] = []
  afterEach(() => {
    // Those that still run are of a test that failed.
    for (const launcher of launchers.splice(0)) launcher.kill('SIGTERM')
  })
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [at('pipeline/main.ts'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    launchers.push(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    return { child, ended, output: () => output }
  }
  const childrenOf = (pid: number | undefined): number[] =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  const named = (output: string): number[] =>
    (/End them with: kill ([\d ]+)/u.exec(output)?.[1] ?? '').split(' ').map(Number)

  const running = async (dir: string) => {
    const launched = start('--free-ports', '--dir', dir)
    await eventually(
      () => Promise.resolve(launched.output()),
      (text) => text.includes('Ctrl-C'),
      60_000,
    )
    return { ...launched, servers: childrenOf(launched.child.pid) }
  }

  it('prints addresses and what to do next', async () => {
    const { child, ended, output } = await running(folder())

    child.kill('SIGINT')

    expect(await ended).toBe(0)
    expect(output()).toMatch(/export OTEL_EXPORTER_OTLP_ENDPOINT=http:\/\/127\.0\.0\.1:\d+/u)
    expect(output()).toMatch(/slo-check slo\.yaml --prometheus http:\/\/127\.0\.0\.1:\d+/u)
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'leaves no process after %s',
    async (signal) => {
      const { child, ended, servers } = await running(folder())

      child.kill(signal)

      expect(await ended).toBe(0)
      expect(servers).toHaveLength(2)
      expect(servers.filter(exists)).toEqual([])
    },
  )

  it('shows the end of the log of a server that dies, stops the other and fails', async () => {
    const { ended, output, servers } = await running(folder())
    const [first = 0, ...others] = servers

    process.kill(first, 'SIGKILL')

    expect(await ended).toBe(1)
    expect(output()).toMatch(/has ended; the end of .*\.log:\n {2}\S/u)
    expect(others.filter(exists)).toEqual([])
  })

  it('does not start where one runs, nor where a killed one left its servers, and says which', async () => {
    const dir = folder()
    const { child, ended, servers } = await running(dir)
    const again = start('--free-ports', '--dir', dir)

    expect(await again.ended).toBe(1)
    expect(again.output()).toContain(`a pipeline runs in ${dir} already (process ${child.pid})`)

    child.kill('SIGKILL')
    await ended
    const after = start('--free-ports', '--dir', dir)
    const refused = await after.ended
    for (const pid of servers) process.kill(pid, 'SIGKILL')

    expect(refused).toBe(1)
    expect(new Set(named(after.output()))).toEqual(new Set(servers))
  })

  it('says what is wrong with its arguments', async () => {
    const { ended, output } = start('--prot')

    expect(await ended).toBe(1)
    expect(output()).toContain('--prot')
  })
})
