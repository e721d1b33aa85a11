import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ATTRIBUTES, INSTRUMENTS } from '@plimsoll/semconv'
import { expect, test } from 'vitest'
import { startOrigin } from '../support/origin.ts'
import { PRELOAD, programFolder } from '../support/program.ts'
import { onlyRun, total } from '../support/run-files.ts'

const PROGRAM = `
const { openSync, closeSync, writeSync } = require('node:fs')
const held = []
async function call() {
  try { return (await fetch(process.env.ORIGIN)).status } catch (error) { return error.cause?.code }
}
async function main() {
  const seen = []
  try { for (;;) held.push(openSync('/dev/null')) } catch (error) { seen.push(error.code) }
  for (let n = 0; n < 3; n++) seen.push(await call())
  // Longer than the interval in which files are written.
  await new Promise((resolve) => setTimeout(resolve, 200))
  for (const fd of held) closeSync(fd)
  for (let n = 0; n < 3; n++) seen.push(await call())
  writeSync(1, JSON.stringify(seen))
}
main().then(() => process.exit(3))
`

test('a program that runs out of file descriptors loses its calls of that time, and none of its telemetry', async () => {
  const origin = await startOrigin()
  const folder = programFolder({ 'app.cjs': PROGRAM })
  const line = 'ulimit -n 60 && exec "$0" -r "$1" app.cjs'
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    ORIGIN: origin.url,
    PLIMSOLL_INTERVAL_MS: '20',
  }

  const ended = await promisify(execFile)('sh', ['-c', line, process.execPath, PRELOAD], {
    cwd: folder,
    env,
  }).catch((error: unknown) => error as { readonly code: number; readonly stdout: string })

  expect(ended).toMatchObject({
    code: 3,
    stdout: '["EMFILE","EMFILE","EMFILE","EMFILE",200,200,200]',
  })
  const run = onlyRun(folder)
  const calls = (labels: Readonly<Record<string, unknown>>): number =>
    total(run, INSTRUMENTS.callDuration.name, labels)
  expect(calls({})).toBe(6)
  expect(
    calls({ [ATTRIBUTES.errorType.key]: 'EMFILE' }) +
      calls({ [ATTRIBUTES.errorType.key]: '_OTHER' }),
  ).toBe(3)
})
