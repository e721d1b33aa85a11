// Installs the dependencies when they are missing or the lock file has changed. Runs before `test`, `demo` and `check`,
// on whatever Node there is: npm puts node_modules/.bin first on the PATH of the script that follows, and with it the
// Node that the lock file names.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = join(root, 'node_modules', '.plimsoll-lock')
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.error('Installing the dependencies (once; npm ci) …')
  const { status } = spawnSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error('npm ci failed: see its message above.')
    process.exit(1)
  }
  writeFileSync(stamp, lock)
}

const node = join(root, 'node_modules', '.bin', 'node')
const version = readVersion()
const [major = 0, minor = 0] = version.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `Plimsoll needs Node 22.19 or later, and this is ${version}. The development dependency "node" brings one along, ` +
      'but its install script did not run: allow it (npm config set ignore-scripts false), remove node_modules and try again.',
  )
  process.exit(1)
}

function readVersion() {
  if (!existsSync(node)) return process.versions.node
  try {
    return execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim()
  } catch {
    return process.versions.node
  }
}
