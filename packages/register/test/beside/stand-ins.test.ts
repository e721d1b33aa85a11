import { diag, type LogRecord } from '@opentelemetry/api'
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs'
import { afterEach, expect, test } from 'vitest'
import { diagnosed } from '../../../telemetry/test/support/diagnosed.ts'
import { standInLoggers } from '../../src/beside/stand-ins.ts'

afterEach(() => diag.disable())

/** What a program without types may hand over. */
const none = null as unknown as LogRecord

function sdk(): { readonly provider: LoggerProvider; readonly bodies: () => unknown[] } {
  const exporter = new InMemoryLogRecordExporter()
  const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })
  return { provider, bodies: () => exporter.getFinishedLogRecords().map(({ body }) => body) }
}

test('a log record that is none is told once, and the program logs on', () => {
  const heard = diagnosed()
  const { provider, bodies } = sdk()
  const logger = standInLoggers({ own: provider, other: () => undefined }).getLogger('app')

  for (const record of [none, { body: 'one' }, none, { body: 'two' }]) logger.emit(record)

  expect(bodies()).toEqual(['one', 'two'])
  expect(heard).toEqual([expect.stringContaining('emitting a log record failed')])
})

test('once the program has an SDK of its own, that one answers as it does without us', () => {
  const [ours, theirs] = [sdk(), sdk()]
  let other: LoggerProvider | undefined
  const logger = standInLoggers({ own: ours.provider, other: () => other }).getLogger('app')

  logger.emit({ body: 'before' })
  other = theirs.provider
  logger.emit({ body: 'after' })

  expect([ours.bodies(), theirs.bodies()]).toEqual([['before'], ['after']])
  expect(() => logger.emit(none)).toThrow(TypeError)
})
