import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isMainThread, workerData } from 'node:worker_threads'
import { isOwnThread } from './otlp/thread-data.ts'
import { isLeftAlone, mainProgram } from './program.ts'
import { inherited } from './run/inheritance.ts'
import { startModule } from './start-module.ts'

// A key of its own, without a version: of two copies the second must stay away, whatever releases they are.
const slot: unique symbol = Symbol.for('plimsoll.register')
const holder = globalThis as { [slot]?: true }

if (wanted()) {
  holder[slot] = true
  try {
    // Loaded only here: what is left alone pays for none of it. Synchronous, because the program must not run before it.
    createRequire(import.meta.url)(startModule(import.meta.url))
  } catch (error) {
    // A broken installation: its message stays, the program goes on.
    const why = error instanceof Error ? error.message : String(error)
    writeSync(
      2,
      `plimsoll: could not be loaded, the program runs unobserved: ${why.split('\n', 1)[0]}\n`,
    )
  }
}

function wanted(): boolean {
  // Twice in one process (-r and NODE_OPTIONS, or two copies of the package) would count everything twice.
  if (holder[slot] === true) return false
  if (isOwnThread(workerData)) return false
  if (process.env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return false
  // A worker does not know its program yet; its main thread did.
  return isMainThread ? !isLeftAlone(mainProgram()) : inherited() !== undefined
}
