// Joins what the preload loads at every start into few files: 400 modules cost about 0.15 s and 30 MB, one costs a third.
// Run after `tsc -b`; writes dist/bundle, which dist/preload.js takes as long as nothing of what it was made of is newer.
import { rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown, type Plugin } from 'rolldown'

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist')

/** `require` of a package that is loaded on demand must look from the package that asked, which has moved. */
const requireFromHome: Plugin = {
  name: 'require-from-home',
  transform(code, id) {
    const home = /packages\/(\w+)\/dist\//u.exec(id)?.[1]
    if (home === undefined || home === 'register') return undefined
    return code.replaceAll(
      'createRequire(import.meta.url)',
      `createRequire(import.meta.resolve('@plimsoll/${home}'))`,
    )
  },
}

/** What runs in the program's thread, and in each thread of ours: one file for each, for a module less is a millisecond less. */
const ENTRIES = {
  start: 'start.js',
  'sender-thread': join('otlp', 'sender-thread.js'),
  'server-thread': join('prometheus', 'server-thread.js'),
}

/** Bundles the built preload into `folder`. */
export async function bundle(folder: string = join(dist, 'bundle')): Promise<readonly string[]> {
  rmSync(folder, { recursive: true, force: true })
  const files: string[] = []
  for (const [name, file] of Object.entries(ENTRIES)) {
    const build = await rolldown({
      input: { [name]: join(dist, file) },
      platform: 'node',
      plugins: [requireFromHome],
    })
    const { output } = await build.write({
      dir: folder,
      format: 'esm',
      chunkFileNames: '[name].js',
    })
    await build.close()
    files.push(...output.map(({ fileName }) => fileName))
  }
  return files
}

if (basename(process.argv[1] ?? '') === basename(import.meta.filename)) {
  const files = await bundle()
  console.log(`dist/bundle: ${files.join(', ')}`)
}
