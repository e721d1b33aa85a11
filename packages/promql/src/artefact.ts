import { readFile } from 'node:fs/promises'
import { compileFunction } from 'node:vm'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'

import {
  compileWasm,
  type WasmImports,
  type WasmInstance,
  type WasmModule,
} from './web-assembly.ts'

const wasm = new URL('../wasm/', import.meta.url)

/** The class of Go's `wasm_exec.js`, as far as it is used here. */
interface GoRuntime {
  argv: string[]
  exit: (code: number) => void
  readonly importObject: WasmImports
  run(instance: WasmInstance): Promise<void>
}

/** What Go's script reads from its surroundings and shall not get from ours. */
interface GoSurroundings {
  /** Receives what Go writes to its standard output and error; returns how many bytes it took. */
  readonly writeSync: (fd: number, bytes: Uint8Array) => number
}

export interface Artefact {
  readonly module: WasmModule
  startRuntime(surroundings: GoSurroundings, global: object): GoRuntime
}

let loaded: Promise<Artefact> | undefined

/** Reads, unpacks and compiles the engine, once a process. */
export function loadArtefact(): Promise<Artefact> {
  loaded ??= readArtefact()
  return loaded
}

async function readArtefact(): Promise<Artefact> {
  const [packed, script] = await Promise.all([
    readFile(new URL('engine.wasm.br', wasm)),
    readFile(new URL('wasm_exec.js', wasm), 'utf8'),
  ])
  // In steps of the usual 16 KB the threads would hand over a thousand times.
  const bytes = await promisify(brotliDecompress)(packed, { chunkSize: 4 * 1024 * 1024 })
  const module = await compileWasm(bytes)
  return { module, startRuntime: runtimeFactory(script) }
}

type Script = (
  scope: object,
  fs: object,
  setTimeout: (callback: () => void, ms: number) => NodeJS.Timeout,
) => void

/**
 * Go's script expects a browser or a bare global scope: it adds `Go`, and where they are missing `fs`, `process` and
 * `path`, to `globalThis`, and leaves a timer running. It gets a scope of its own, with no file system in it, and
 * timers that let the process end.
 */
function runtimeFactory(text: string): Artefact['startRuntime'] {
  const script = compileFunction(text, ['globalThis', 'fs', 'setTimeout'], {
    filename: 'wasm_exec.js',
  }) as Script
  return (surroundings, global) => {
    const fs = { constants: closedConstants, writeSync: surroundings.writeSync }
    const own: OwnGlobal = { ...platform, ...global, fs, process: closedProcess, path: {} }
    script(own, fs, (callback, ms) => setTimeout(callback, ms).unref())
    if (own.Go === undefined) throw new Error('wasm_exec.js defines no Go')
    return new own.Go()
  }
}

type OwnGlobal = Record<string, unknown> & { Go?: new () => GoRuntime }

/** The globals that the script and Go's `syscall/js` look up. */
const platform = {
  Object,
  Array,
  Uint8Array,
  Date,
  Error,
  crypto,
  performance,
  TextEncoder,
  TextDecoder,
}

/** Go's `os` package reads these when it starts; no file is ever opened. */
const closedConstants = {
  O_WRONLY: -1,
  O_RDWR: -1,
  O_CREAT: -1,
  O_TRUNC: -1,
  O_APPEND: -1,
  O_EXCL: -1,
  O_DIRECTORY: -1,
}

const closedProcess = {
  pid: -1,
  ppid: -1,
  getuid: () => -1,
  getgid: () => -1,
  geteuid: () => -1,
  getegid: () => -1,
}
