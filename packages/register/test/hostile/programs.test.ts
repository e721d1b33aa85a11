import { EVENTS, INSTRUMENTS } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { startOrigin } from '../support/origin.ts'
import { programFolder, runNode, type Ended } from '../support/program.ts'
import { eventsOf, onlyRun, total } from '../support/run-files.ts'

/** What a program does to the world that it shares with the preload, before its first call. */
const WORLDS: Readonly<Record<string, string>> = {
  'adds members to Object.prototype': `
    Object.prototype.limiter = { ratePerSecond: 0.001 }
    Object.prototype.maxHosts = 'polluted'
    Object.prototype.role = 'polluted'
    Object.prototype.errorType = 'polluted'
    Object.prototype.each = function () {}
    Object.prototype.toJSON = undefined`,
  'adds members to Array.prototype': `
    Array.prototype.last = function () { return this.at(-1) }
    Array.prototype.extra = 1`,
  'sets traps on Object.prototype': `
    for (const name of ['errorType', 'subject', 'retryCount', 'urlHash', 'durationS', 'breaker', 'record']) {
      Object.defineProperty(Object.prototype, name, { configurable: true, get: () => undefined, set() { throw new Error('trap') } })
    }`,
  'freezes what is built in': `
    for (const one of [Object, Array, Function, Map, Set, Promise, String, Number, Error, JSON, Math]) {
      Object.freeze(one)
      if (one.prototype) Object.freeze(one.prototype)
    }`,
  'stops the clocks': `
    Date.now = () => 0
    performance.now = () => 0
    process.hrtime.bigint = () => 0n`,
  'breaks the clocks': `
    Date.now = () => NaN
    performance.now = () => NaN`,
  'stops the timers': `
    globalThis.setTimeout = globalThis.setInterval = globalThis.setImmediate = () => ({ unref() {}, ref() {} })
    globalThis.clearTimeout = globalThis.clearInterval = () => {}`,
  'breaks chance and the console': `
    Math.random = () => NaN
    console.log = console.error = console.warn = () => { throw new Error('no console') }`,
  'hears every event of the process, and throws at a warning': `
    process.on('warning', () => { throw new Error('warned') })
    process.on('newListener', () => {})`,
  'takes away the methods of its global fetch': `
    Object.setPrototypeOf(fetch, null)
    Object.freeze(fetch)`,
}

/** What each comes to without the preload. */
const alone = new Map<string, Ended>()

const POLICIES = JSON.stringify({ fetch: { cache: true, defaults: { deadlineMs: 15000 } } })

describe.each([
  { how: 'observed', config: {} },
  { how: 'under policies', config: { 'plimsoll.config.json': POLICIES } },
])('a program, $how, that', ({ config }) => {
  test.each(Object.entries(WORLDS))('%s is measured, and not disturbed', async (name, world) => {
    const origin = await startOrigin()
    const folder = programFolder({
      ...config,
      'app.cjs': `
        const write = (text) => require('node:fs').writeSync(1, text)
        ${world}
        ;(async () => {
          for (let call = 0; call < 5; call++) {
            const response = await fetch(process.env.ORIGIN + '/' + call, { method: 'POST', body: 'x' })
            write(response.status + ' ' + await response.text() + ';')
          }
        })().then(() => process.exit(7), (error) => { write(String(error && error.stack)); process.exit(1) })
      `,
    })

    const env = { ORIGIN: origin.url, PLIMSOLL_LOG: 'error' }
    const expected = alone.get(name) ?? (await runNode(folder, ['app.cjs'], { env, load: 'none' }))
    alone.set(name, expected)
    const ended = await runNode(folder, ['app.cjs'], { env })

    // The world is one in which the platform's fetch works.
    expect(expected).toMatchObject({ stdout: '200 ok;'.repeat(5), stderr: '', code: 7 })
    expect(ended).toEqual(expected)
    const run = onlyRun(folder)
    expect(total(run, INSTRUMENTS.callDuration.name)).toBe(5)
    expect(total(run, INSTRUMENTS.requestDuration.name)).toBe(5)
    expect(eventsOf(run, EVENTS.call.name)).toHaveLength(5)
    expect(JSON.stringify(run)).not.toContain('polluted')
  })
})
