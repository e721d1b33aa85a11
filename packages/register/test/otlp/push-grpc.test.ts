import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { ServerCredentials, status as Status } from '@grpc/grpc-js'
import { ATTRIBUTES, EVENTS, INSTRUMENTS } from '@plimsoll/semconv'
import { describe, expect, onTestFinished, test } from 'vitest'
import { CERTIFICATES } from '../support/certificates.ts'
import { startCollector } from '../support/collector.ts'
import { startGrpcCollector, type GrpcReceived } from '../support/grpc-collector.ts'
import { ENDING, ENDS } from '../support/ends.ts'
import { startOrigin } from '../support/origin.ts'
import { PATIENT, programFolder, runNode } from '../support/program.ts'
import { storedRuns } from '../support/run-files.ts'

const CALLS = INSTRUMENTS.callDuration.name
const END = INSTRUMENTS.runEndTime.name

/** How often `text` stands in what came of a signal. */
function occurrences(received: readonly GrpcReceived[], signal: string, text: string): number {
  return received
    .filter((one) => one.signal === signal)
    .map(({ body }) => body.toString('latin1').split(text).length - 1)
    .reduce((sum, count) => sum + count, 0)
}

describe('by gRPC telemetry is pushed, complete', () => {
  test.each(ENDS)('when the program ends by $end', async ({ end, code, signal }) => {
    const origin = await startOrigin()
    const collector = await startGrpcCollector()
    const folder = programFolder({ 'app.cjs': ENDING })

    const ended = await runNode(folder, ['app.cjs', end], {
      env: {
        ORIGIN: origin.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        ...PATIENT,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20token',
        OTEL_EXPORTER_OTLP_COMPRESSION: end === 'exit' ? 'gzip' : 'none',
      },
    })

    expect({ code: ended.code, signal: ended.signal }).toEqual({ code, signal })
    expect(ended.stderr).toContain(`telemetry goes to ${collector.url} by OTLP`)
    expect(ended.stderr).not.toContain('token')
    expect(storedRuns(folder)).toEqual([])
    const { received } = collector
    expect(new Set(received.map((one) => one.signal))).toEqual(
      new Set(['metrics', 'traces', 'logs']),
    )
    for (const { metadata, body } of received) {
      expect(metadata).toMatchObject({
        authorization: 'Bearer token',
        'user-agent': expect.stringMatching(/^OTel-OTLP-Exporter-Plimsoll\/\d/u) as string,
      })
      // A ResourceMetrics, ResourceSpans or ResourceLogs: field 1, length-delimited.
      expect(body[0]).toBe(0x0a)
    }
    expect(occurrences(received, 'logs', EVENTS.runSummary.name)).toBe(1)
    expect(occurrences(received, 'metrics', CALLS)).toBeGreaterThan(0)
    // The end marker is the last thing that arrives.
    expect(received.at(-1)?.signal).toBe('metrics')
    expect(received.at(-1)?.body.includes(END)).toBe(true)
    expect(received.filter(({ body }) => body.includes(END))).toHaveLength(1)
  })

  test('over TLS, each side known to the other by its certificate', async () => {
    const pem = (file: string): Buffer => readFileSync(file)
    const { caFile, certFile, keyFile, serverFile, serverKeyFile } = CERTIFICATES
    const collector = await startGrpcCollector({
      credentials: ServerCredentials.createSsl(
        pem(caFile),
        [{ cert_chain: pem(serverFile), private_key: pem(serverKeyFile) }],
        true,
      ),
    })
    const folder = programFolder({ 'app.cjs': '' })
    const env = {
      // Without a scheme there is TLS.
      OTEL_EXPORTER_OTLP_ENDPOINT: `localhost:${collector.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_CERTIFICATE: caFile,
      ...PATIENT,
    }

    const unknown = await runNode(folder, ['app.cjs'], { env })
    expect(collector.received).toEqual([])
    expect(unknown).toMatchObject({ code: 0, stdout: '' })
    expect(unknown.stderr).toContain(`did not reach https://localhost:${collector.port}`)

    await runNode(folder, ['app.cjs'], {
      env: {
        ...env,
        OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certFile,
        OTEL_EXPORTER_OTLP_CLIENT_KEY: keyFile,
      },
    })
    expect(collector.received.at(-1)?.body.includes(END)).toBe(true)
  })

  test('beside a signal that goes another way, and still ends last', async () => {
    const grpc = await startGrpcCollector()
    const order: string[] = []
    const http = await startCollector((response) => {
      order.push(
        `logs: ${grpc.received.filter(({ body }) => body.includes(END)).length} ends so far`,
      )
      response.end()
    })
    const folder = programFolder({ 'app.cjs': '' })

    await runNode(folder, ['app.cjs'], {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: grpc.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${http.url}/v1/logs`,
        OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/json',
        ...PATIENT,
      },
    })

    expect(order.length).toBeGreaterThan(0)
    expect(new Set(order)).toEqual(new Set(['logs: 0 ends so far']))
    expect(http.received.at(-1)?.body.toString()).toContain(EVENTS.runSummary.name)
    expect(grpc.received.at(-1)?.body.includes(END)).toBe(true)
  })
})

describe('a collector that fails', () => {
  test('for a moment costs nothing: what it turned away is sent again', async () => {
    const origin = await startOrigin()
    let turnedAway = 0
    const collector = await startGrpcCollector({
      answer(received, done) {
        if (received.signal === 'logs' && turnedAway < 2) {
          turnedAway += 1
          done({ code: Status.UNAVAILABLE })
        } else done(null, Buffer.alloc(0))
      },
    })
    const folder = programFolder({ 'app.cjs': ENDING })

    const ended = await runNode(folder, ['app.cjs', 'exit'], {
      env: {
        ORIGIN: origin.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        ...PATIENT,
      },
    })

    expect(ended.code).toBe(3)
    expect(turnedAway).toBe(2)
    expect(ended.stderr).not.toContain('did not reach')
    const logs = collector.received.filter(({ signal }) => signal === 'logs').slice(2)
    expect(occurrences(logs, 'logs', EVENTS.call.name)).toBe(2)
    expect(collector.received.at(-1)?.body.includes(END)).toBe(true)
  })

  test('by refusing is named with its code, and what is lost with its count', async () => {
    const origin = await startOrigin()
    const collector = await startGrpcCollector({
      answer: ({ signal }, done) =>
        signal === 'logs' ? done({ code: Status.UNAUTHENTICATED }) : done(null, Buffer.alloc(0)),
    })
    const folder = programFolder({ 'app.cjs': ENDING })

    const ended = await runNode(folder, ['app.cjs', 'exit'], {
      env: {
        ORIGIN: origin.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        ...PATIENT,
      },
    })

    // Two calls, and the summary of the run.
    expect(ended.stderr).toMatch(/3 events did not reach http:\/\/127\.0\.0\.1:\d+/u)
  })

  test('by being absent, or never answering, holds up the exit no longer than is allowed', async () => {
    const silent = await startGrpcCollector({ answer: () => {} })
    const mute = await startMute()
    const folder = programFolder({ 'app.cjs': '' })
    for (const endpoint of ['http://127.0.0.1:9', silent.url, mute]) {
      const ended = await runNode(folder, ['app.cjs'], {
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
          PLIMSOLL_EXIT_MS: '300',
        },
      })

      expect(ended.code).toBe(0)
      expect(ended.stderr).toContain(`did not reach ${endpoint}`)
    }
  })
})

/** Takes connections, and does not so much as greet. */
async function startMute(): Promise<string> {
  const server = createServer((socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('the resource says who it is, as by the other ways', async () => {
  const collector = await startGrpcCollector()
  const folder = programFolder({ 'app.cjs': '' })

  await runNode(folder, ['app.cjs'], {
    env: {
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc',
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      PLIMSOLL_RUN_ID: 'by-grpc',
      ...PATIENT,
    },
  })

  expect(new Set(collector.received.map(({ signal }) => signal))).toEqual(new Set(['metrics']))
  for (const { body } of collector.received) {
    expect(body.includes(ATTRIBUTES.runId.key)).toBe(true)
    expect(body.includes('by-grpc')).toBe(true)
  }
})
