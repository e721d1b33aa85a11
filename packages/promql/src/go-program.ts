import { type Artefact, loadArtefact } from './artefact.ts'
import { PromqlError } from './promql-error.ts'
import { instantiateWasm } from './web-assembly.ts'

/** The functions that the Go program puts into the bridge; each answers with JSON. */
interface Bridge {
  loadStart(file: string): string
  loadChunk(bytes: Uint8Array): string
  loadFinish(): string
  instant(query: string, timeMs: number): string
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

/** The engine makes much garbage and lives shortly: fewer collections, more memory. */
const goEnvironment = { GOGC: '400' }

export async function startGoProgram(options: GoProgramOptions): Promise<GoProgram> {
  const artefact = await loadArtefact()
  const bridge: Partial<Bridge> & GoProgramOptions = { lookbackMs: options.lookbackMs }
  const output = lastOutput()
  await run(artefact, bridge, output)
  return { call: (name, ...args) => call(bridge as Bridge, name, args, output) }
}

async function run(artefact: Artefact, bridge: object, output: Output): Promise<void> {
  const runtime = artefact.startRuntime(output, { [bridgeName]: bridge })
  runtime.argv = ['engine', bridgeName]
  runtime.env = goEnvironment
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

function call<Name extends keyof Bridge>(
  bridge: Bridge,
  name: Name,
  args: Parameters<Bridge[Name]>,
  output: Output,
): unknown {
  const answer = answerOf(bridge, name, args, output)
  if ('ok' in answer) return answer.ok
  const { kind, message, line, column } = answer.failure
  throw new PromqlError(kind, message, { line, column })
}

function answerOf<Name extends keyof Bridge>(
  bridge: Bridge,
  name: Name,
  args: Parameters<Bridge[Name]>,
  output: Output,
): Answer {
  let text: unknown
  try {
    text = Reflect.apply(bridge[name], bridge, args)
  } catch (cause) {
    throw gone(output, cause)
  }
  // A call during which the program dies (out of memory, a fatal error of its runtime) returns nothing.
  if (typeof text !== 'string') throw gone(output)
  return JSON.parse(text) as Answer
}

function gone(output: Output, cause?: unknown): PromqlError {
  const said = output.text()
  const message = `the engine has stopped${said === '' ? '' : `: ${said}`}; create another one`
  return new PromqlError('engine', message, { cause })
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
