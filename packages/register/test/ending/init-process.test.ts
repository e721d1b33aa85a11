import { spawn, spawnSync } from 'node:child_process'
import { INSTRUMENTS } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { PRELOAD, programFolder } from '../support/program.ts'
import { having, onlyRun } from '../support/run-files.ts'

// The first process of a container. `unshare` makes one where the kernel lets this user; elsewhere that is what is shown.

/** Of util-linux. */
const UNSHARE = 'unshare'
const AS_INIT = ['--pid', '--fork', '--mount-proc', '--kill-child']
const permitted = spawnSync(UNSHARE, [...AS_INIT, 'true'], { stdio: 'ignore' }).status === 0

/** Tells that it is ready, survives SIGTERM or not, then ends by itself. */
const PROGRAM = `
const { writeSync } = require('node:fs')
const say = (text) => writeSync(1, text + '\\n')
say('process ' + process.pid + ' with ' + process.listenerCount('SIGTERM') + ' listeners')
if (process.argv[2] === 'listens') process.on('SIGTERM', () => { say('heard'); process.exit(5) })
process.kill(process.pid, 'SIGTERM')
setTimeout(() => say('survived'), 200)
`

function runAsInit(folder: string, args: readonly string[], observed: boolean): Promise<object> {
  const flags = observed ? ['-r', PRELOAD] : []
  const command = [process.execPath, ...flags, 'app.cjs', ...args]
  const child = spawn(UNSHARE, [...AS_INIT, ...command], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 20_000,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout }))
  })
}

if (permitted) {
  describe('as process 1, which the kernel sends no signal that is left to its default,', () => {
    test.each([
      {
        program: 'a program without a listener survives SIGTERM',
        args: [],
        code: 0,
        said: 'survived',
      },
      { program: 'a program with one hears it', args: ['listens'], code: 5, said: 'heard' },
    ])('$program, as it does alone', async ({ args, code, said }) => {
      const folder = programFolder({ 'app.cjs': PROGRAM })

      const alone = await runAsInit(folder, args, false)
      const ended = await runAsInit(folder, args, true)

      expect(ended).toEqual(alone)
      expect(ended).toEqual({
        code,
        signal: null,
        stdout: `process 1 with 0 listeners\n${said}\n`,
      })
      expect(having(onlyRun(folder), INSTRUMENTS.runEndTime.name)).toBe(1)
    })
  })
} else {
  test('process 1 is not tried where the kernel makes none for this user', () => {
    expect(permitted).toBe(false)
  })
}
