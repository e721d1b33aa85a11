import { Calls } from './calls.ts'
import { GuardedHost, settingsOf } from './guarded-host.ts'
import { seeded } from './random.ts'

const STEPS = 1_000

/** What became of one episode. */
export interface Episode {
  readonly steps: number
  /** What went against a model, and after which steps; empty when all is well. */
  readonly faults: readonly string[]
}

/**
 * A thousand steps of one program and one host, all chosen by `seed`: calls, answers, aborts, passing time, jumps of the wall
 * clock, pauses, breakers opened and closed by hand. After each step, and at each decision, the policies are held against
 * their models.
 */
export async function episode(seed: number): Promise<Episode> {
  const random = seeded(seed)
  const settings = settingsOf(random)
  const host = new GuardedHost(settings, random)
  const calls = new Calls(host, settings, random)
  const trail: string[] = []
  const step = async (): Promise<string> => {
    const dice = random.below(100)
    if (dice < 30 && calls.open < 200) return (calls.begin(), 'begin')
    if (dice < 60) return (calls.answer(), 'answer')
    if (dice < 64) return (calls.abort(), 'abort')
    if (dice < 67) {
      const ms = (random.next() - 0.5) * 1e12
      return (host.clock.jumpWall(ms), `wall ${ms}`)
    }
    if (dice < 68) {
      const ms = random.pick([0, 50, 900])
      return (host.pause(ms), `pause ${ms}`)
    }
    if (dice < 69) {
      const ms = random.pick([1, 50, 900])
      return (host.forceOpen(ms), `open ${ms}`)
    }
    if (dice < 70) return (host.close(), 'close')
    const ms = random.pick([0, 1, 10, 99, 100, 333, 1_000, 5_000])
    await host.clock.advance(ms)
    return `pass ${ms}`
  }
  for (let count = 1; count <= STEPS; count++) {
    trail.push(await step())
    await host.clock.settle()
    host.compare()
    calls.check()
    if (host.faults.length > 0) return told(count, host, trail, settings)
  }
  calls.end()
  await host.clock.advance(10_000_000)
  atRest(host, calls)
  return told(STEPS, host, trail, settings)
}

/** What must hold when nothing is under way any more. */
function atRest(host: GuardedHost, calls: Calls): void {
  const { recorder, clock } = host
  const same = (what: string, seen: number, expected: number): void => {
    if (seen !== expected) host.fault(`${what}: ${seen} instead of ${expected}`)
  }
  const queued = recorder.of('rate_queue').reduce((sum, { change }) => sum + change, 0)
  same('calls that do not end', calls.open, 0)
  same('timers that are left', clock.sleepers, 0)
  same('places taken in the line', queued, 0)
  same('records of the limiter', recorder.of('rate').length, host.asked)
  same('records of the breaker', recorder.of('breaker_execution').length, host.executions)
  const transitions = recorder.of('breaker_transition')
  same('transitions of the breaker', transitions.length, host.model.transitions.length)
}

function told(
  steps: number,
  { faults }: GuardedHost,
  trail: readonly string[],
  settings: object,
): Episode {
  if (faults.length === 0) return { steps, faults }
  const last = `after … ${trail.slice(-12).join(', ')}`
  return { steps, faults: [...faults, last, `with ${JSON.stringify(settings)}`] }
}
