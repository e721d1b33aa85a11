import { type Catalogue, HOSTS, type HostName } from './catalogue.ts'
import { type FaultRates, type Profile, WEATHER, type Weather } from './profile.ts'
import { draw, generator, seedOf } from './random.ts'

/** What a request meets. `slow` is answered well, late. */
export type Fault =
  | { readonly kind: 'none' | 'slow' | 'hang' | 'reset' | 'cut' | 'corrupt' | 'mislabelled' }
  | { readonly kind: 'rate_limited'; readonly form: 'seconds' | 'date' }
  | { readonly kind: 'server_error'; readonly status: number }

/** What the origin will do with one request. */
export interface Plan {
  readonly fault: Fault
  /** Milliseconds until it begins to answer. */
  readonly delayMs: number
}

/** The decisions of the origin: they depend on the seed and on what is asked, never on the moment. */
export interface FaultPlan {
  /** `subject` is a work or a page; `ordinal` counts the requests of `method` for it at this host, from 0. */
  plan(host: HostName, subject: string, method: string, ordinal: number): Plan
  /** Whether the host has the work. */
  holds(host: HostName, work: string): boolean
  /** Whether metadata names the host for the work, rightly or not. */
  claims(host: HostName, work: string): boolean
  /** Whether the host sends on to the mirror. */
  redirects(host: HostName, work: string): boolean
}

/** Neighbours in a block of so many works share the outages. */
const BLOCK = 8
/** Share of metadata records that name a host which does not have the work. */
const WRONG_CLAIMS = 0.15
const SERVER_ERRORS = [500, 502, 503] as const

export function createFaultPlan(seed: number, profile: Profile, catalogue: Catalogue): FaultPlan {
  const weather = (host: HostName): Weather => WEATHER[profile][HOSTS[host].kind]
  const holds = (host: HostName, work: string): boolean =>
    draw(seed, host, work, 'holds') < weather(host).holds

  function isDown(host: HostName, subject: string): boolean {
    const index = catalogue.works.indexOf(subject)
    if (index === -1) return false
    return draw(seed, host, 'outage', Math.floor(index / BLOCK)) < weather(host).outage
  }

  return {
    plan(host, subject, method, ordinal) {
      const random = generator(seedOf(seed, host, subject, method, ordinal))
      const fault: Fault = isDown(host, subject)
        ? { kind: 'server_error', status: 503 }
        : pick(weather(host).rates, random)
      return { fault, delayMs: delayOf(host, fault, random()) }
    },
    holds,
    claims: (host, work) => holds(host, work) || draw(seed, host, work, 'claims') < WRONG_CLAIMS,
    redirects: (host, work) => draw(seed, host, work, 'redirects') < weather(host).redirect,
  }
}

function pick(rates: FaultRates, random: () => number): Fault {
  let left = random()
  const detail = random()
  const meets = (rate: number): boolean => (left -= rate) < 0
  if (meets(rates.rateLimited)) {
    return { kind: 'rate_limited', form: detail < 0.7 ? 'seconds' : 'date' }
  }
  if (meets(rates.serverError)) {
    return { kind: 'server_error', status: SERVER_ERRORS[Math.floor(detail * 3)] ?? 503 }
  }
  for (const kind of ['slow', 'hang', 'reset', 'cut', 'corrupt', 'mislabelled'] as const) {
    if (meets(rates[kind])) return { kind }
  }
  return { kind: 'none' }
}

/** Slow answers stay far below the harvester's timeout: who wins must not depend on the machine. */
function delayOf(host: HostName, fault: Fault, random: number): number {
  if (fault.kind === 'slow') return 400 + Math.floor(random * 400)
  const [least, spread] = HOSTS[host].kind === 'metadata' ? [30, 60] : [60, 100]
  return least + Math.floor(random * spread)
}
