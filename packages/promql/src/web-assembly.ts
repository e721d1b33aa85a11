// Node's global, whose types come only with the DOM's.
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<WasmModule>
  instantiate(module: WasmModule, imports: WasmImports): Promise<WasmInstance>
}

export interface WasmModule {
  readonly [Symbol.toStringTag]: 'WebAssembly.Module'
}

export interface WasmInstance {
  readonly [Symbol.toStringTag]: 'WebAssembly.Instance'
}

export type WasmImports = Record<string, Record<string, unknown>>

export function compileWasm(bytes: Uint8Array): Promise<WasmModule> {
  return WebAssembly.compile(bytes)
}

export function instantiateWasm(module: WasmModule, imports: WasmImports): Promise<WasmInstance> {
  return WebAssembly.instantiate(module, imports)
}
