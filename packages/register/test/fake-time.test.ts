import { INSTRUMENTS } from '@plimsoll/semconv'
import { expect, test } from 'vitest'
import { startOrigin } from './support/origin.ts'
import { programFolder, runNode } from './support/program.ts'
import { onlyRun, total } from './support/run-files.ts'

test('a program that fakes time does not fake its telemetry', async () => {
  const origin = await startOrigin()
  const folder = programFolder({
    'app.mjs': `
      Date.now = () => 0
      performance.now = () => 0
      await (await fetch(process.env.ORIGIN)).text()`,
  })
  const before = Date.now()

  const ended = await runNode(folder, ['app.mjs'], { env: { ORIGIN: origin.url } })

  expect(ended).toMatchObject({ code: 0, stdout: '' })
  const run = onlyRun(folder)
  expect(total(run, INSTRUMENTS.callDuration.name)).toBe(1)
  expect(total(run, INSTRUMENTS.runEndTime.name) * 1_000).toBeGreaterThanOrEqual(before)
  expect(Date.parse(String(run.record?.['end']))).toBeGreaterThanOrEqual(before)
})
