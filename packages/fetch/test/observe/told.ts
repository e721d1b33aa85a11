import { once } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { MemoryRecorder } from '@plimsoll/policies/testing'

/** Each record by its kind, and for calls and attempts by how they ended. */
export function toldBy(recorder: MemoryRecorder): string[] {
  return recorder.records.map((record) =>
    record.kind === 'call' || record.kind === 'attempt'
      ? `${record.kind} ${record.method} ${record.status ?? record.errorType}`
      : record.kind,
  )
}

/** What `node:http` answers to one request, its body read. */
export async function answer(sent: ClientRequest): Promise<IncomingMessage> {
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return response
}
