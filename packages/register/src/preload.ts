import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { workerData } from 'node:worker_threads'
import { isLeftAlone, mainProgram } from './program.ts'
import { isSenderThread } from './otlp/thread-data.ts'
import { sibling } from './sibling.ts'

const slot: unique symbol = Symbol.for('plimsoll.register')
const holder = globalThis as { [slot]?: true }

if (wanted()) {
  holder[slot] = true
  // Loaded only here: what is left alone pays for none of it. Synchronous, because the program must not run before it.
  createRequire(import.meta.url)(fileURLToPath(sibling('start', import.meta.url)))
}

function wanted(): boolean {
  // Twice in one process (-r and NODE_OPTIONS, or two copies of the package) would count everything twice.
  if (holder[slot] === true) return false
  if (isSenderThread(workerData)) return false
  if (process.env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return false
  return !isLeftAlone(mainProgram())
}
