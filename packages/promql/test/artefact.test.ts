import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'

const wasm = new URL('../wasm/', import.meta.url)
const script = fileURLToPath(new URL('../scripts/build-wasm.ts', import.meta.url))

/** Runs the build script on a machine without Go. */
function withoutGo(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { code: number | null; said: string } {
  const result = spawnSync(process.execPath, [script, ...args], {
    env: { ...env, PATH: '/nowhere' },
    encoding: 'utf8',
  })
  return { code: result.status, said: result.stdout + result.stderr }
}

describe('the committed engine', () => {
  test('has the hash that stands beside it', () => {
    const bytes = brotliDecompressSync(readFileSync(new URL('engine.wasm.br', wasm)))
    const hash = createHash('sha256').update(bytes).digest('hex')

    expect(readFileSync(new URL('engine.sha256', wasm), 'utf8')).toBe(`${hash}  engine.wasm\n`)
  })

  test('comes with the notices of what is linked into it', () => {
    const notices = readFileSync(new URL('THIRD_PARTY_NOTICES', wasm), 'utf8')
    const required = readFileSync(new URL('../engine/go.mod', import.meta.url), 'utf8')
    const direct = [...required.matchAll(/^\t(\S+) (v\S+)$/gmu)].map(
      ([, path, version]) => `${path} ${version}`,
    )

    expect(direct.length).toBeGreaterThan(1)
    for (const module of direct) expect(notices).toContain(module)
    expect(notices).toContain('Copyright 2009 The Go Authors')
  })
})

describe('the rebuild of the engine, where Go is missing,', () => {
  test('is skipped aloud', () => {
    expect(withoutGo(['--check'])).toEqual({
      code: 0,
      said: 'Go is not installed: the rebuild of the engine is skipped\n',
    })
  })

  test.each([
    ['is asked for', ['--check', '--require'], {}],
    ['happens in CI', ['--check'], { CI: 'true' }],
    ['is the build itself', [], {}],
  ])('fails when it %s', (_, args, env) => {
    const { code, said } = withoutGo(args, env)

    expect(code).toBe(1)
    expect(said).toContain('Go is not installed: the engine cannot be rebuilt')
  })
})
