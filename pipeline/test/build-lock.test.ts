import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withLock } from '../src/build-lock.ts'

let dir = ''
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'plimsoll-lock-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('the lock around a build', () => {
  it('lets one work at a time, and tells the other once that it waits', async () => {
    const file = join(dir, 'lock')
    const order: string[] = []
    let told = 0
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))

    const first = withLock(
      file,
      () => undefined,
      async () => {
        order.push('first begins')
        await held
        order.push('first ends')
      },
    )
    const second = withLock(
      file,
      () => {
        told += 1
        release()
      },
      () => Promise.resolve(order.push('second')),
    )
    await Promise.all([first, second])

    expect(order).toEqual(['first begins', 'first ends', 'second'])
    expect(told).toBe(1)
    expect(existsSync(file)).toBe(false)
  })

  it('is given back when the work fails', async () => {
    const file = join(dir, 'lock')
    const work = (): Promise<never> => Promise.reject(new Error('broken'))

    await expect(withLock(file, () => undefined, work)).rejects.toThrow('broken')

    expect(existsSync(file)).toBe(false)
  })

  it('is taken from a process that is gone', async () => {
    const file = join(dir, 'lock')
    writeFileSync(file, '1\n')
    const longAgo = new Date(Date.now() - 60_000)
    utimesSync(file, longAgo, longAgo)

    expect(
      await withLock(
        file,
        () => undefined,
        () => Promise.resolve('done'),
      ),
    ).toBe('done')
  })
})
