import { spawnSync } from 'node:child_process'
import { createEngine, PromqlError } from '@plimsoll/promql'
import { describe, expect, test } from 'vitest'

/** Runs a module in a Node of its own, on the built package. */
function run(source: string): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', source],
    {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      timeout: 20_000,
    },
  )
  return { code: status, out: stdout, err: stderr }
}

describe('the Go program', () => {
  test('lets the process end by itself, and prints nothing', () => {
    const result = run(`
      import { createEngine } from '@plimsoll/promql'
      const engine = await createEngine()
      engine.load('{}')
      console.log(engine.instant('count_over_time(vector(1)[10m:1s])', 1000).result[0].value[1])
    `)

    expect(result).toEqual({ code: 0, out: '600\n', err: '' })
  })

  // Node may end a process while WebAssembly compiles, if nothing else is to be waited for (nodejs/node#36616).
  test('holds the process until it has started, and no longer', () => {
    const result = run(`
      import { createEngine } from '@plimsoll/promql'
      const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
      const starting = createEngine()
      console.log(timers())
      await starting
      console.log(timers())
    `)

    expect(result).toEqual({ code: 0, out: '1\n0\n', err: '' })
  })

  test('adds nothing to the global scope', () => {
    const result = run(`
      const before = Object.getOwnPropertyNames(globalThis)
      const { createEngine } = await import('@plimsoll/promql')
      await createEngine()
      console.log(Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name)).length)
    `)

    expect(result).toEqual({ code: 0, out: '0\n', err: '' })
  })

  test('that dies becomes an error, with what it said, and the process lives on', async () => {
    const engine = await createEngine()
    const other = await createEngine()
    // Deep enough to exhaust the stack, from which no Go code can recover.
    const query = `${'-('.repeat(50_000)}1${')'.repeat(50_000)}`

    const errors = [() => engine.instant(query, 0), () => engine.instant('1', 0)].map((ask) => {
      try {
        ask()
      } catch (error) {
        return error
      }
      return undefined
    })

    expect(errors[0]).toBeInstanceOf(PromqlError)
    expect(errors[0]).toMatchObject({
      kind: 'engine',
      message: expect.stringMatching(/^the engine has stopped: .+/u),
    })
    expect(errors[1]).toMatchObject({
      kind: 'engine',
      message: expect.stringMatching(/^the engine has stopped: .+/u),
    })
    expect(other.instant('1', 0)).toMatchObject({ result: [0, '1'] })
  })
})
