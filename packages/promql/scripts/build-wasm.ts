/**
 * Builds wasm/ from engine/: the engine, its hash, the Go loader script and the notices of what is linked in.
 *
 *   node packages/promql/scripts/build-wasm.ts            build and write
 *   node packages/promql/scripts/build-wasm.ts --check    build elsewhere and compare with what is committed
 *
 * Where Go is missing, --check is skipped aloud, unless CI=true or --require says that it must not be.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'

import { compile, goIsInstalled, goRoot } from './go-build.ts'
import { sha256 } from './sha256.ts'
import { thirdPartyNotices } from './third-party-notices.ts'

const artefact = new URL('../wasm/', import.meta.url)

const files = {
  engine: new URL('engine.wasm.br', artefact),
  hash: new URL('engine.sha256', artefact),
  goScript: new URL('wasm_exec.js', artefact),
  notices: new URL('THIRD_PARTY_NOTICES', artefact),
}

interface Built {
  readonly wasm: Buffer
  readonly goScript: string
  readonly notices: string
}

function build(): Built {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-engine-'))
  try {
    const output = join(folder, 'engine.wasm')
    compile(output)
    return {
      wasm: readFileSync(output),
      goScript: readFileSync(join(goRoot(), 'lib/wasm/wasm_exec.js'), 'utf8'),
      notices: thirdPartyNotices(),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function write(built: Built): void {
  const packed = brotliCompressSync(built.wasm, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: built.wasm.length,
    },
  })
  writeFileSync(files.engine, packed)
  writeFileSync(files.hash, `${sha256(built.wasm)}  engine.wasm\n`)
  writeFileSync(files.goScript, built.goScript)
  writeFileSync(files.notices, built.notices)
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(2)
  console.log(
    `engine.wasm: ${megabytes(built.wasm.length)} MB, packed ${megabytes(packed.length)} MB, ${sha256(built.wasm)}`,
  )
}

/** What differs between a fresh build and the committed files. */
function differences(built: Built): string[] {
  const said = readFileSync(files.hash, 'utf8').split(' ')[0] ?? ''
  const found: string[] = []
  const same = (what: string, committed: string, fresh: string): void => {
    if (committed !== fresh) found.push(`${what}: committed ${committed}, rebuilt ${fresh}`)
  }
  same('engine.sha256', said, sha256(built.wasm))
  const packed = brotliDecompressSync(readFileSync(files.engine))
  same('engine.wasm.br', sha256(packed), sha256(built.wasm))
  same('wasm_exec.js', sha256(readFileSync(files.goScript)), sha256(built.goScript))
  same('THIRD_PARTY_NOTICES', sha256(readFileSync(files.notices)), sha256(built.notices))
  return found
}

function main(flags: readonly string[]): number {
  const check = flags.includes('--check')
  const required = flags.includes('--require') || process.env['CI'] === 'true'
  if (!goIsInstalled()) {
    if (check && !required) {
      console.log('Go is not installed: the rebuild of the engine is skipped')
      return 0
    }
    console.error('Go is not installed: the engine cannot be rebuilt. Install Go 1.21 or later.')
    return 1
  }
  const built = build()
  if (!check) {
    write(built)
    return 0
  }
  const found = differences(built)
  if (found.length === 0) {
    console.log(`the rebuilt engine equals the committed one: ${sha256(built.wasm)}`)
    return 0
  }
  console.error(`the rebuilt engine is another than the committed one:\n  ${found.join('\n  ')}`)
  console.error('Run `node packages/promql/scripts/build-wasm.ts` and commit packages/promql/wasm.')
  return 1
}

process.exitCode = main(process.argv.slice(2))
