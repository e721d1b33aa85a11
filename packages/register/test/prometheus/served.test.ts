import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { INSTRUMENTS, prometheusName } from '@plimsoll/semconv'
import { describe, expect, onTestFinished, test } from 'vitest'
import { lastMetrics, startCollector } from '../support/collector.ts'
import { readExposition, type Sample } from '../support/exposition.ts'
import { startOrigin } from '../support/origin.ts'
import { PATIENT, programFolder, runNode, type Ended } from '../support/program.ts'
import { having, onlyRun, storedRuns, totalIn } from '../support/run-files.ts'

const CALLS = `${prometheusName(INSTRUMENTS.callDuration)}_count`
const SERVED = {
  OTEL_METRICS_EXPORTER: 'prometheus',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
  OTEL_EXPORTER_PROMETHEUS_PORT: '0',
}

interface Scraped {
  readonly status: number
  readonly type: string | null
  readonly text: string
}

/**
 * Runs a program whose metrics are served, scrapes it once it says "ready" on stdout, and ends it by a signal.
 */
async function whileServed<T>(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  scrape: (url: string, pid: number) => Promise<T>,
  endBy: NodeJS.Signals = 'SIGTERM',
): Promise<{ ended: Ended; result: T; folder: string }> {
  const folder = programFolder(files)
  const main = Object.keys(files)[0] ?? ''
  let stderr = ''
  const told = Promise.withResolvers<string>()
  const ready = Promise.withResolvers<number>()
  const running = runNode(folder, [main], {
    env: { ...SERVED, ...env },
    onOutput: (pid) => ready.resolve(pid),
    onError: (text) => {
      stderr += text
      const url = /served on (\S+)\n/u.exec(stderr)?.[1]
      if (url !== undefined) told.resolve(url)
    },
  })
  const early = running.then((ended) => {
    throw new Error(`ended before it was scraped: ${ended.stderr}`)
  })
  const [url, pid] = await Promise.race([Promise.all([told.promise, ready.promise]), early])
  const result = await scrape(url, pid)
  process.kill(pid, endBy)
  return { ended: await running, result, folder }
}

async function scraped(url: string, headers: Record<string, string> = {}): Promise<Scraped> {
  const response = await fetch(url, { headers })
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    text: await response.text(),
  }
}

const counted = (text: string, name: string): Sample[] =>
  readExposition(text).samples.filter((sample) => sample.name === name)

const CALLING = `
const call = async () => (await fetch(process.env.ORIGIN)).text()
`

describe('metrics are served to who scrapes', () => {
  test('on a port that is told, in the form that is asked for', async () => {
    const origin = await startOrigin()
    const { ended, result } = await whileServed(
      {
        'app.cjs': `${CALLING} call().then(call).then(() => { console.log('ready'); setInterval(() => {}, 1000) })`,
      },
      { ORIGIN: origin.url },
      async (url) => ({
        text: await scraped(url),
        openmetrics: await scraped(url, { accept: 'application/openmetrics-text;version=1.0.0' }),
        elsewhere: await scraped(new URL('/', url).href),
        posted: (await fetch(url, { method: 'POST' })).status,
        head: await fetch(url, { method: 'HEAD' }),
      }),
    )

    expect(result.text).toMatchObject({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
    })
    expect(counted(result.text.text, CALLS)).toMatchObject([
      { labels: { job: 'app', http_request_method: 'GET' }, value: 2 },
    ])
    expect(result.openmetrics.type).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    )
    expect(counted(result.openmetrics.text, CALLS)).toMatchObject([{ value: 2 }])
    expect(result.elsewhere.status).toBe(404)
    expect(result.posted).toBe(405)
    expect(result.head.status).toBe(200)
    expect(ended.signal).toBe('SIGTERM')
    expect(ended.stderr).toContain('metrics go to who scrapes')
  })

  test('of its workers as well, each under its own instance, until they end', async () => {
    const origin = await startOrigin()
    const { result } = await whileServed(
      {
        'app.cjs': `${CALLING}
          const { Worker, isMainThread, parentPort } = require('node:worker_threads')
          if (!isMainThread) return void call().then(() => parentPort.postMessage(1), setInterval(() => {}, 1000))
          const workers = [new Worker(__filename), new Worker(__filename)]
          const called = workers.map((worker) => new Promise((resolve) => worker.once('message', resolve)))
          call().then(() => Promise.all(called)).then(() => console.log('ready'))
          process.on('SIGUSR2', () => workers[0].terminate().then(() => console.log('terminated')))`,
      },
      { ORIGIN: origin.url },
      async (url, pid) => {
        const all = await scraped(url)
        process.kill(pid, 'SIGUSR2')
        let left = all
        while (counted(left.text, CALLS).length > 2) left = await scraped(url)
        return { all, left }
      },
    )

    const calls = counted(result.all.text, CALLS)
    expect(calls.map(({ value }) => value)).toEqual([1, 1, 1])
    expect(new Set(calls.map(({ labels }) => labels['instance'])).size).toBe(3)
    expect(new Set(calls.map(({ labels }) => labels['resilience_run_id'])).size).toBe(1)
    expect(counted(result.left.text, CALLS)).toHaveLength(2)
  })

  test('and pushed at the same time, where both are asked for', async () => {
    const collector = await startCollector()
    const origin = await startOrigin()
    const { result } = await whileServed(
      {
        'app.cjs': `${CALLING} call().then(() => { console.log('ready'); setInterval(() => {}, 1000) })`,
      },
      {
        ORIGIN: origin.url,
        OTEL_METRICS_EXPORTER: 'otlp,prometheus',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        ...PATIENT,
      },
      (url) => scraped(url),
    )

    expect(counted(result.text, CALLS)).toMatchObject([{ value: 1 }])
    expect(totalIn(lastMetrics(collector.received), INSTRUMENTS.callDuration.name)).toBe(1)
  })

  test('and written to the folder of the run, where that is asked for', async () => {
    const { folder } = await whileServed(
      { 'app.cjs': `console.log('ready'); setInterval(() => {}, 1000)` },
      { OTEL_METRICS_EXPORTER: 'prometheus,file' },
      (url) => scraped(url),
    )

    expect(having(onlyRun(folder), INSTRUMENTS.runEndTime.name)).toBe(1)
  })

  test('compressed, where that is accepted', async () => {
    const { result } = await whileServed(
      { 'app.cjs': `console.log('ready'); setInterval(() => {}, 1000)` },
      {},
      (url) =>
        new Promise<Buffer>((resolve, reject) => {
          // By hand, for fetch would unpack it.
          const { request } = process.getBuiltinModule('node:http')
          request(url, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
            const chunks: Buffer[] = []
            response.on('data', (chunk: Buffer) => chunks.push(chunk))
            response.on('end', () => resolve(Buffer.concat(chunks)))
          })
            .once('error', reject)
            .end()
        }),
    )

    expect(readExposition(gunzipSync(result).toString()).types.get('target_info')).toBe('gauge')
  })
})

describe('the program does not notice', () => {
  test('neither in its own http, nor in its threads, nor in what keeps it alive', async () => {
    const { ended } = await whileServed(
      {
        'app.cjs': `
          const { channel } = require('node:diagnostics_channel')
          const seen = []
          channel('http.server.request.start').subscribe(() => seen.push('request'))
          channel('net.server.socket').subscribe(() => seen.push('socket'))
          process.on('worker', () => seen.push('worker'))
          process.on('exit', () => console.log(JSON.stringify(seen)))
          console.log('ready')
          process.once('SIGUSR2', () => clearInterval(held))
          const held = setInterval(() => {}, 1000)`,
      },
      {},
      (url) => scraped(url),
      // It ends by itself then, or not at all.
      'SIGUSR2',
    )

    expect(ended).toMatchObject({ code: 0, stdout: 'ready\n[]\n' })
  })

  test('a port in use, which is told with host, port and what to do', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as AddressInfo
    const folder = programFolder({ 'app.cjs': `setTimeout(() => console.log('ran'), 1500)` })

    const ended = await runNode(folder, ['app.cjs'], {
      env: { ...SERVED, OTEL_EXPORTER_PROMETHEUS_PORT: String(port) },
    })

    expect(ended).toMatchObject({ code: 0, stdout: 'ran\n' })
    expect(ended.stderr).toContain(
      `metrics are not served: 127.0.0.1:${port} is in use; OTEL_EXPORTER_PROMETHEUS_PORT gives this process another`,
    )
    expect(storedRuns(folder)).toEqual([])
  })
})

test('a program that blocks its event loop is told of by 503, before the scraper gives up', async () => {
  const { result } = await whileServed(
    {
      'app.cjs': `process.once('SIGUSR2', () => {
        console.log('ready')
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000)
      })
      setInterval(() => {}, 1000)
      console.log('here')`,
    },
    {},
    async (url, pid) => {
      // It answers until it blocks.
      let answer = await scraped(url)
      process.kill(pid, 'SIGUSR2')
      while (answer.status === 200) {
        answer = await scraped(url, { 'x-prometheus-scrape-timeout-seconds': '1' })
      }
      return answer
    },
  )

  expect(result).toMatchObject({ status: 503, text: expect.stringContaining('is busy') as string })
})

test('a handler gives the same text in a server of the program, and says when there is none', async () => {
  const origin = await startOrigin()
  const folder = programFolder({
    'app.mjs': `
      import { createServer } from 'node:http'
      import { metricsHandler } from ${JSON.stringify(new URL('../../dist/prometheus/handler.js', import.meta.url).href)}
      await (await fetch(process.env.ORIGIN)).text()
      const server = createServer(metricsHandler()).listen(0, '127.0.0.1', async () => {
        const response = await fetch('http://127.0.0.1:' + server.address().port)
        console.log(JSON.stringify([response.status, await response.text()]))
        process.exit()
      })`,
  })
  const run = async (load: '-r' | 'none') => {
    const { stdout } = await runNode(folder, ['app.mjs'], { load, env: { ORIGIN: origin.url } })
    return JSON.parse(stdout) as [number, string]
  }

  const [status, text] = await run('-r')
  expect(status).toBe(200)
  expect(counted(text, CALLS)).toMatchObject([{ value: 1 }])
  expect(await run('none')).toEqual([503, expect.stringContaining('-r @plimsoll/register')])
})
