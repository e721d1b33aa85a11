import { connect } from 'node:http2'
import { once } from 'node:events'

// OTLP by hand, so that what is sent does not depend on the code that is tested.

export type Attributes = Readonly<Record<string, string | number | readonly string[]>>

const nanos = (ms: number): string => `${Math.round(ms)}000000`

const anyValue = (value: string | number | readonly string[]): unknown => {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'number') return { intValue: String(value) }
  return { arrayValue: { values: value.map((one) => ({ stringValue: one })) } }
}

export const keyValues = (attributes: Attributes): unknown[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }))

/** A counter with one point, begun five seconds before its time. */
export interface Count {
  readonly name: string
  readonly value: number
  readonly at?: number
  readonly attributes?: Attributes
  /** 1 is delta, 2 cumulative. Default: 2. */
  readonly temporality?: 1 | 2
}

export function metricsRequest(resource: Attributes, counts: readonly Count[]): unknown {
  const metrics = counts.map(({ name, value, at = Date.now(), attributes = {}, ...rest }) => ({
    name,
    sum: {
      aggregationTemporality: rest.temporality ?? 2,
      isMonotonic: true,
      dataPoints: [
        {
          attributes: keyValues(attributes),
          startTimeUnixNano: nanos(at - 5_000),
          timeUnixNano: nanos(at),
          asDouble: value,
        },
      ],
    },
  }))
  const scopeMetrics = [{ scope: { name: 'e2e' }, metrics }]
  return { resourceMetrics: [{ resource: { attributes: keyValues(resource) }, scopeMetrics }] }
}

export function traceRequest(resource: Attributes, attributes: Attributes): unknown {
  const span = {
    traceId: '0102030405060708090a0b0c0d0e0f10',
    spanId: '0102030405060708',
    name: 'GET',
    kind: 3,
    startTimeUnixNano: nanos(Date.now() - 10),
    endTimeUnixNano: nanos(Date.now()),
    attributes: keyValues(attributes),
    events: [{ name: 'exception', attributes: keyValues(attributes) }],
  }
  const scopeSpans = [{ scope: { name: 'e2e' }, spans: [span] }]
  return { resourceSpans: [{ resource: { attributes: keyValues(resource) }, scopeSpans }] }
}

export function logsRequest(
  resource: Attributes,
  record: { eventName: string; body: string; attributes: Attributes },
): unknown {
  const logRecord = {
    timeUnixNano: nanos(Date.now()),
    eventName: record.eventName,
    body: { stringValue: record.body },
    attributes: keyValues(record.attributes),
  }
  const scopeLogs = [{ scope: { name: 'e2e' }, logRecords: [logRecord] }]
  return { resourceLogs: [{ resource: { attributes: keyValues(resource) }, scopeLogs }] }
}

/** Posts a request as OTLP/HTTP JSON; gives the status. */
export async function post(
  base: string,
  signal: 'metrics' | 'traces' | 'logs',
  request: unknown,
): Promise<number> {
  const response = await fetch(`${base}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  await response.arrayBuffer()
  return response.status
}

/** Sends a gauge by gRPC; gives the status of the call, 0 when it was taken. */
export async function sendByGrpc(
  base: string,
  gauge: { name: string; service: string; value: number },
): Promise<number> {
  const session = connect(base)
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    const message = gaugeMessage(gauge)
    const prefix = Buffer.alloc(5)
    prefix.writeUInt32BE(message.length, 1)
    stream.end(Buffer.concat([prefix, message]))
    stream.resume()
    // A failure at once has its status in the headers, and no trailers.
    let status = Number.NaN
    const read = (headers: Record<string, unknown>): void => {
      if (headers['grpc-status'] !== undefined) status = Number(headers['grpc-status'])
    }
    stream.once('response', read)
    stream.once('trailers', read)
    await once(stream, 'close')
    return status
  } finally {
    session.close()
  }
}

/** ExportMetricsServiceRequest with one gauge of one point, field by field of metrics.proto. */
function gaugeMessage({ name, service, value }: Parameters<typeof sendByGrpc>[1]): Buffer {
  const text = (field: number, content: string): Buffer => bytes(field, Buffer.from(content))
  const time = Buffer.alloc(8)
  time.writeBigUInt64LE(BigInt(Date.now()) * 1_000_000n)
  const double = Buffer.alloc(8)
  double.writeDoubleLE(value)
  const point = Buffer.concat([fixed64(3, time), fixed64(4, double)])
  const metric = Buffer.concat([text(1, name), bytes(5, bytes(1, point))])
  const attribute = Buffer.concat([text(1, 'service.name'), bytes(2, text(1, service))])
  const resource = bytes(1, bytes(1, attribute))
  return bytes(1, Buffer.concat([resource, bytes(2, bytes(2, metric))]))
}

/** A length-delimited field. */
function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content])
}

function varint(value: number): Buffer {
  return value < 128
    ? Buffer.from([value])
    : Buffer.concat([Buffer.from([(value & 127) | 128]), varint(value >> 7)])
}

function fixed64(field: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 1]), content])
}
