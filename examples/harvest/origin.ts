/**
 * The world that the harvester asks, as a process of its own: a metadata service, sources and a mirror on loopback, with
 * seeded faults. Prints one line of JSON with its ports, and writes its ledger when it is told to end.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startOrigin } from './origin/origin.ts'
import { type Profile, PROFILES } from './origin/profile.ts'

const USAGE = `usage: node origin.ts [--profile ${PROFILES.join('|')}] [--seed N] [--works N] [--ledger FILE] [--fixed-ports]`

function options() {
  const { values } = parseArgs({
    options: {
      profile: { type: 'string', default: 'calm' },
      seed: { type: 'string', default: '1' },
      works: { type: 'string', default: '300' },
      ledger: { type: 'string' },
      'fixed-ports': { type: 'boolean', default: false },
    },
  })
  const { ledger, 'fixed-ports': fixedPorts } = values
  const profile = PROFILES.find((name): name is Profile => name === values.profile)
  if (profile === undefined) throw new TypeError(`--profile is "${values.profile}"`)
  const count = (name: 'seed' | 'works'): number => {
    const number = Number(values[name])
    if (Number.isSafeInteger(number) && number >= 1 && number <= 9_999) return number
    throw new TypeError(`--${name} is "${values[name]}", not a number from 1 to 9999`)
  }
  return { profile, seed: count('seed'), works: count('works'), fixedPorts, ledger }
}

async function serve({ ledger, ...wanted }: ReturnType<typeof options>): Promise<void> {
  const origin = await startOrigin(wanted)
  process.stdout.write(`${JSON.stringify({ control: origin.control, hosts: origin.hosts })}\n`)

  let ending = false
  async function end(): Promise<void> {
    if (ending) return
    ending = true
    await origin.close()
    if (ledger !== undefined) writeFileSync(ledger, origin.ledger())
    process.exit(0)
  }
  process.on('SIGTERM', () => void end())
  process.on('SIGINT', () => void end())
  // A parent that is gone can tell nobody to end.
  process.on('disconnect', () => void end())
}

try {
  await serve(options())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`)
  process.exitCode = 2
}
