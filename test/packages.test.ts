import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const folders = globSync('packages/*/package.json', { cwd: root }).map((file) =>
  join(root, dirname(file)),
)

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly engines?: { readonly node?: string }
}

const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

describe.each(folders.map((folder) => [manifest(folder).name, folder] as const))(
  '%s',
  (_name, folder) => {
    test('can be published as it is: its exports exist and its types are found', async () => {
      const { messages, pkg } = await publint({ pkgDir: folder, strict: true, pack: false })

      expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
    })

    test('has the version, licence and engine of all', () => {
      const { version, license, engines } = manifest(folder)

      expect({ version, license, node: engines?.node }).toEqual({
        version: '0.1.0',
        license: 'Apache-2.0',
        node: '>=22.19',
      })
    })

    test('has a README that begins with its name', () => {
      expect(readFileSync(join(folder, 'README.md'), 'utf8')).toMatch(
        new RegExp(`^# ${manifest(folder).name}\n`, 'u'),
      )
    })
  },
)
