import {
  Server,
  ServerCredentials,
  type handleUnaryCall,
  type sendUnaryData,
  type ServerUnaryCall,
} from '@grpc/grpc-js'
import type { Signal } from '@plimsoll/semconv'
import { onTestFinished } from 'vitest'
import type { AtEnd } from './program.ts'

export interface GrpcReceived {
  readonly signal: Signal
  readonly body: Buffer
  readonly metadata: Readonly<Record<string, unknown>>
  /** Who it came from: one address for each connection. */
  readonly peer: string
}

/** Answers a request; without a word of its own it is taken. */
export type GrpcAnswer = (received: GrpcReceived, done: sendUnaryData<Buffer>) => void

export interface GrpcCollector {
  readonly port: number
  readonly url: string
  /** Requests that came in whole, in their order. */
  readonly received: GrpcReceived[]
  stop(): void
}

export interface GrpcCollectorOptions {
  readonly answer?: GrpcAnswer
  readonly credentials?: ServerCredentials
  /** @default one that is free */
  readonly port?: number
}

const SERVICES = {
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
} as const

/** A collector that speaks gRPC by grpc-js, stopped when the test is done. */
export async function startGrpcCollector(
  options: GrpcCollectorOptions = {},
  atEnd: AtEnd = onTestFinished,
): Promise<GrpcCollector> {
  const { answer = (_, done) => done(null, Buffer.alloc(0)) } = options
  const { credentials = ServerCredentials.createInsecure(), port = 0 } = options
  const received: GrpcReceived[] = []
  const server = new Server({ 'grpc.max_receive_message_length': -1 })
  const asIs = (bytes: Buffer): Buffer => bytes
  for (const [signal, path] of Object.entries(SERVICES) as [Signal, string][]) {
    const handle: handleUnaryCall<Buffer, Buffer> = (
      call: ServerUnaryCall<Buffer, Buffer>,
      done,
    ) => {
      const one = {
        signal,
        body: call.request,
        metadata: call.metadata.getMap(),
        peer: call.getPeer(),
      }
      received.push(one)
      answer(one, done)
    }
    server.addService(
      {
        Export: {
          path,
          requestStream: false,
          responseStream: false,
          requestSerialize: asIs,
          requestDeserialize: asIs,
          responseSerialize: asIs,
          responseDeserialize: asIs,
        },
      },
      { Export: handle },
    )
  }
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, found) => {
      if (error === null) resolve(found)
      else reject(error)
    })
  })
  const stop = (): void => server.forceShutdown()
  atEnd(stop)
  return { port: bound, url: `http://127.0.0.1:${bound}`, received, stop }
}
