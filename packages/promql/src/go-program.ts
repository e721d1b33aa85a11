import { type Artefact, loadArtefact } from './artefact.ts'
import { PromqlError } from './promql-error.ts'
import { instantiateWasm } from './web-assembly.ts'

/** The functions that the Go program puts into the bridge; each answers with JSON. */
interface Bridge {
  loadStart(file: string): string
  loadChunk(bytes: Uint8Array): string
  loadFinish(): string
  instant(query: string, timeMs: number): string
  range(query: string, startMs: number, endMs: number, stepMs: number): string
  parse(query: string): string
  clear(): string
  metricName(name: string, unit: string, type: string): string
  labelName(attribute: string): string
}

interface Failure {
  readonly kind: 'parse' | 'execution' | 'engine'
  readonly message: string
  readonly line?: number
  readonly column?: number
}

type Answer = { readonly ok: unknown } | { readonly failure: Failure }

/** A running Go program and the way to call it. */
export interface GoProgram {
  /** @throws PromqlError */
  call<Name extends keyof Bridge>(name: Name, ...args: Parameters<Bridge[Name]>): unknown
}

export interface GoProgramOptions {
  readonly lookbackMs: number
}

const bridgeName = 'plimsollPromql'
const MINUTE_MS = 60_000

export async function startGoProgram(options: GoProgramOptions): Promise<GoProgram> {
  // Node may find nothing to wait for while WebAssembly compiles (nodejs/node#36616), and end the process in the middle.
  const hold = setInterval(() => undefined, MINUTE_MS)
  try {
    return await start(options)
  } finally {
    clearInterval(hold)
  }
}

async function start(options: GoProgramOptions): Promise<GoProgram> {
  const artefact = await loadArtefact()
  const bridge: Partial<Bridge> & GoProgramOptions = { lookbackMs: options.lookbackMs }
  const output = lastOutput()
  await run(artefact, bridge, output)
  return programOf(bridge as Bridge, output)
}

async function run(artefact: Artefact, bridge: object, output: Output): Promise<void> {
  const runtime = artefact.startRuntime(output, { [bridgeName]: bridge })
  runtime.argv = ['engine', bridgeName]
  // The code says nothing that the output does not; the next call finds the program gone and tells.
  runtime.exit = () => {}
  const instance = await instantiateWasm(artefact.module, runtime.importObject)
  // Settles when the program ends, which a healthy engine never does; until main waits, it runs synchronously.
  const ended = runtime.run(instance)
  if (!('instant' in bridge)) {
    await ended
    throw new PromqlError('engine', `the engine did not start: ${output.text()}`)
  }
  void ended
}

function programOf(bridge: Bridge, output: Output): GoProgram {
  let dead: PromqlError | undefined
  return {
    call(name, ...args) {
      if (dead !== undefined) throw dead
      let text: unknown
      try {
        text = Reflect.apply(bridge[name], bridge, args)
      } catch (cause) {
        // Thrown through Go's frames (a stack too deep, no memory): what Go was doing is half done.
        dead = stopped(output, cause)
        throw dead
      }
      if (typeof text !== 'string') {
        dead = stopped(output)
        throw dead
      }
      return valueOf(JSON.parse(text) as Answer)
    },
  }
}

function valueOf(answer: Answer): unknown {
  if ('ok' in answer) return answer.ok
  const { kind, message, line, column } = answer.failure
  throw new PromqlError(kind, message, { line, column })
}

function stopped(output: Output, cause?: unknown): PromqlError {
  const why = output.text() || (cause instanceof Error ? cause.message : 'it gave no answer')
  return new PromqlError('engine', `the engine has stopped: ${why}; create another one`, { cause })
}

interface Output {
  readonly writeSync: (fd: number, bytes: Uint8Array) => number
  readonly text: () => string
}

/** Keeps the beginning of what Go prints: it prints only when it dies, and says why first. */
function lastOutput(): Output {
  const limit = 2000
  let text = ''
  return {
    writeSync(_fd, bytes) {
      if (text.length < limit) text += Buffer.from(bytes).toString('utf8').slice(0, limit)
      return bytes.length
    },
    text: () => text.trim().split('\n', 1)[0] ?? '',
  }
}
