import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { ATTRIBUTES, EVENTS, INSTRUMENTS } from '@plimsoll/semconv'
import { expect, onTestFinished, test } from 'vitest'
import { startOrigin } from '../support/origin.ts'
import { programFolder, runNode } from '../support/program.ts'
import { eventsOf, onlyRun, total } from '../support/run-files.ts'

// A disk that is really full, where this user may mount one; the limit of file sizes stands in for it elsewhere.

const [MOUNT, UMOUNT] = ['mount', 'umount'] as const
const KILOBYTES = 256

function mountSmall(path: string): boolean {
  mkdirSync(path, { recursive: true })
  return spawnSync(MOUNT, ['-t', 'tmpfs', '-o', `size=${KILOBYTES}k`, 'none', path]).status === 0
}

const probe = mkdtempSync(join(tmpdir(), 'plimsoll-disk-'))
const permitted = mountSmall(probe)
if (permitted) spawnSync(UMOUNT, [probe])
rmSync(probe, { recursive: true })

if (permitted) {
  test('a disk that fills up while the program runs, and has room again: what was lost between is counted to the item', async () => {
    const origin = await startOrigin()
    const folder = programFolder({
      'app.mjs': `
      import { rmSync, writeFileSync } from 'node:fs'
      const calls = async (count) => { for (let i = 0; i < count; i += 1) await (await fetch(process.env.ORIGIN)).text() }
      const fill = () => { try { writeFileSync(process.env.FILLER, Buffer.alloc(1e6), { flag: 'a' }) } catch (error) { return error.code } }
      await calls(5)
      const why = fill()
      await calls(20)
      await new Promise((resolve) => setTimeout(resolve, 200))
      rmSync(process.env.FILLER, { force: true })
      await calls(5)
      console.log(why)`,
    })
    const disk = join(folder, '.plimsoll')
    expect(mountSmall(disk)).toBe(true)
    onTestFinished(() => void spawnSync(UMOUNT, [disk]))

    const ended = await runNode(folder, ['app.mjs'], {
      env: { ORIGIN: origin.url, FILLER: join(disk, 'filler'), PLIMSOLL_INTERVAL_MS: '20' },
    })

    expect(ended).toMatchObject({ code: 0, stdout: 'ENOSPC\n' })
    const run = onlyRun(folder)
    expect(total(run, INSTRUMENTS.callDuration.name)).toBe(30)
    const lost = total(run, INSTRUMENTS.telemetryLost.name, {
      [ATTRIBUTES.signal.key]: 'logs',
      [ATTRIBUTES.lossReason.key]: 'write_failed',
    })
    expect(lost).toBeGreaterThan(0)
    expect(eventsOf(run, EVENTS.call.name).length + lost).toBe(30)
  })
} else {
  test('a full disk is not tried where this user may mount none', () => {
    expect(permitted).toBe(false)
  })
}
