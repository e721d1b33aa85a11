import { arch, hostname, platform, release } from 'node:os'
import type { Attributes } from '@opentelemetry/api'
import { listed, type Environment } from '../environment.ts'

/**
 * What the detectors of OpenTelemetry's names say, as far as it is known at once. Left out are the arguments of the
 * command, which may hold secrets, and the id of the host, for which a command would have to run.
 */
const DETECTORS: Readonly<Record<string, () => Attributes>> = {
  host: () => ({ 'host.name': hostname(), 'host.arch': ARCHITECTURES[arch()] ?? arch() }),
  os: () => ({ 'os.type': OS_TYPES[platform()] ?? platform(), 'os.version': release() }),
  process: () => ({
    'process.pid': process.pid,
    'process.executable.name': process.title,
    'process.executable.path': process.execPath,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'process.runtime.description': 'Node.js',
  }),
}
/** Done in any case: the variables of the resource are read, and each instance has an id. */
const ALWAYS: readonly string[] = ['env', 'serviceinstance']

/** Where the words of the semantic conventions are not Node's. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: 'x86', arm: 'arm32' }
const OS_TYPES: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' }

/** What `OTEL_NODE_RESOURCE_DETECTORS` asks to be said of this machine and process; nothing where it is not set. */
export function detected(env: Environment): {
  attributes: Attributes
  problems: readonly string[]
} {
  const asked = listed(env['OTEL_NODE_RESOURCE_DETECTORS'])
  const wanted = asked.includes('all') ? Object.keys(DETECTORS) : asked
  const names = asked.includes('none') ? [] : wanted
  const attributes = Object.assign({}, ...names.map((name) => DETECTORS[name]?.())) as Attributes
  const known = [...Object.keys(DETECTORS), ...ALWAYS, 'all', 'none']
  const unknown = asked.filter((name) => !known.includes(name))
  return {
    attributes,
    problems:
      unknown.length === 0
        ? []
        : [
            `OTEL_NODE_RESOURCE_DETECTORS=${unknown.join(',')} is not supported (${known.join(', ')} are) and is left out`,
          ],
  }
}
