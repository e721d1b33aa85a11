import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { go, goRoot, pinnedToolchain } from './go-build.ts'

interface LinkedModule {
  readonly path: string
  readonly version: string
  readonly folder: string
}

/** The modules of which at least one package is linked into the engine. */
function linkedModules(): LinkedModule[] {
  const format = '{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}'
  const lines = new Set(go('list', '-deps', '-f', format, '.').split('\n').filter(Boolean))
  return [...lines].toSorted().map((line) => {
    const [path = '', version = '', folder = ''] = line.split('\t')
    return { path, version, folder }
  })
}

const isNotice = /^(licen[cs]e|notice|copying|patents)(\.(txt|md))?$/i

function noticesIn(folder: string, of: string): string {
  const names = readdirSync(folder).filter((name) => isNotice.test(name))
  if (!names.some((name) => /^(licen[cs]e|copying)/i.test(name))) {
    throw new Error(`${of} has no licence file in ${folder}`)
  }
  return names
    .toSorted()
    .map((name) => `--- ${name} ---\n\n${readFileSync(join(folder, name), 'utf8').trim()}\n`)
    .join('\n')
}

const rule = '='.repeat(100)

/** Licences and notices of Go's own library and loader script, and of every module linked in. */
export function thirdPartyNotices(): string {
  const parts = linkedModules().map(
    ({ path, version, folder }) =>
      `${rule}\n${path} ${version}\n${rule}\n\n${noticesIn(folder, path)}`,
  )
  const toolchain = `${rule}\nThe Go standard library and wasm_exec.js (${pinnedToolchain()})\n${rule}\n\n${noticesIn(goRoot(), 'Go')}`
  const head = `engine.wasm.br and wasm_exec.js contain, in whole or in part, the following works.
The rest of engine.wasm.br is part of Plimsoll and under its licence.
`
  return [head, toolchain, ...parts].join('\n')
}
