import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sibling } from './sibling.ts'

/** Packages whose code is in the bundle. */
const JOINED = ['semconv', 'policies', 'telemetry', 'fetch', 'register']

/** Path of the module that starts the preload: the bundle where it was built, else the modules that it was built from. */
export function startModule(url: string): string {
  const modules = fileURLToPath(sibling('start', url))
  const bundle = fileURLToPath(new URL('./bundle/start.js', url))
  return existsSync(bundle) && !isOutdated(bundle, url) ? bundle : modules
}

/** In a checkout a build may be newer than the bundle of the one before; what is published has no such marks. */
function isOutdated(bundle: string, url: string): boolean {
  const { mtimeMs } = statSync(bundle)
  return JOINED.some((name) => {
    const mark = new URL(`../../${name}/tsconfig.tsbuildinfo`, url)
    return (statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? 0) > mtimeMs
  })
}
