import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type * as Shared from '../src/shared.ts'

let copies = 0
/** The module as it is loaded by another copy of the package. */
async function copy(): Promise<typeof Shared> {
  const file = `../src/shared.ts?copy=${copies++}`
  return (await import(file)) as typeof Shared
}

test('what one copy makes, the other finds', async () => {
  const [first, second] = [await copy(), await copy()]
  expect(first.sharedAcrossCopies).not.toBe(second.sharedAcrossCopies)

  const made = first.sharedAcrossCopies('found', () => ({ by: 'first' }))
  const found = second.sharedAcrossCopies('found', () => {
    throw new Error('made twice')
  })

  expect(found).toBe(made)
})

test('each name has its own', async () => {
  const { sharedAcrossCopies } = await copy()

  for (const name of ['one', 'constructor', '__proto__']) {
    expect(sharedAcrossCopies(name, () => ({ name }))).toEqual({ name })
  }
})

test('nobody who goes through the global object meets it', async () => {
  const { sharedAcrossCopies } = await copy()
  sharedAcrossCopies('hidden', () => ({}))

  const met = Reflect.ownKeys({ ...globalThis }).map(String)

  expect(met.filter((key) => key.includes('plimsoll'))).toEqual([])
})

/** In a process of its own, whose global object is as the program makes it. */
function run(program: string): string {
  const from = JSON.stringify(new URL('../dist/shared.js', import.meta.url))
  const copyOf = `const copyOf = async (n) => (await import(${from} + '?copy=' + n)).sharedAcrossCopies;`
  const args = ['--input-type=module', '-e', copyOf + program]
  return execFileSync(process.execPath, args, { encoding: 'utf8' })
}

test('a program that froze its global object, and all in it, changes nothing', () => {
  const told = run(`
    const first = (await copyOf(1))('slot', () => ({ installed: undefined }))
    const frozen = new Set()
    const freeze = (value) => {
      if (Object(value) !== value || frozen.has(value)) return
      frozen.add(value)
      for (const { value: inner } of Object.values(Object.getOwnPropertyDescriptors(value))) freeze(inner)
      for (const symbol of Object.getOwnPropertySymbols(value)) {
        freeze(Object.getOwnPropertyDescriptor(value, symbol).value)
      }
      if (!ArrayBuffer.isView(value)) Object.freeze(value)
    }
    freeze(globalThis)
    const second = (await copyOf(2))('slot', () => ({}))
    second.installed = 'by the second'
    ;(await copyOf(2))('later', () => ({}))
    const reached = Object.isFrozen(globalThis[Symbol.for('plimsoll/1')])
    process.stdout.write(reached + ' ' + first.installed)
  `)

  expect(told).toBe('true by the second')
})

test('where the global object takes nothing more, each copy is alone, and works', () => {
  const told = run(`
    Object.preventExtensions(globalThis)
    const first = (await copyOf(1))('slot', () => ({ name: 'first' }))
    const second = (await copyOf(2))('slot', () => ({ name: 'second' }))
    process.stdout.write(first.name + ' ' + second.name)
  `)

  expect(told).toBe('first second')
})
