import { createClient, type FetchOptions } from '@plimsoll/fetch'
import { installRecorder } from '@plimsoll/policies'
import { createCells, createRecorder } from '@plimsoll/telemetry'
import { allocated, kept, show, timed } from './measure.ts'
import { answering, replaceAgents, undici, silent, unanswered } from './network.ts'

// What a call costs in process, over a network that answers at once, so that nothing hides it:
// `node packages/fetch/bench/call.ts` (after `npm run dist`). The bare ones are what it is added to.
const WHERE = 'http://api.example.org/works/1?select=title'
const ALL: FetchOptions = {
  defaults: { limiter: { ratePerSecond: 1e9, burst: 1e9 }, timeoutMs: 30_000, deadlineMs: 60_000 },
}
const NONE: FetchOptions = { defaults: { breaker: false, retry: false, timeoutMs: false } }
const platform = globalThis.fetch
const throughMock = { dispatcher: answering } as unknown as RequestInit
const neverEnding = { dispatcher: silent } as unknown as RequestInit

installRecorder(createRecorder({ measures: createCells().measures }))
const all = createClient(ALL)
const none = createClient(NONE)
const { request: bareRequest } = undici()
replaceAgents('answering')

const steps: Readonly<Record<string, () => Promise<unknown>>> = {
  'fetch, bare': async () => (await platform(WHERE, throughMock)).text(),
  'fetch, all policies': async () => (await all.fetch(WHERE)).text(),
  'fetch, no policy': async () => (await none.fetch(WHERE)).text(),
  'request, bare': async () => (await bareRequest(WHERE, { dispatcher: answering })).body.text(),
  'request, all policies': async () => (await all.request(WHERE)).body.text(),
  'request, no policy': async () => (await none.request(WHERE)).body.text(),
}

const times = await timed(steps, { rounds: 2_000, repeats: 25 })
console.log(`${'a call'.padEnd(24)} µs CPU: least, middle, most       bytes`)
for (const [name, step] of Object.entries(steps)) {
  console.log(
    `${name.padEnd(24)} ${show(times.get(name), 1_000)}  ${show(await allocated(step), 1)}`,
  )
}

replaceAgents('silent')
const COUNT = 20_000
for (const [name, step] of Object.entries({
  'fetch, bare': () => platform(WHERE, neverEnding),
  'fetch, all policies': () => all.fetch(WHERE),
  'request, bare': () => bareRequest(WHERE, { dispatcher: silent }),
  'request, all policies': () => all.request(WHERE),
})) {
  const bytes = await kept(COUNT, step)
  console.log(`${name.padEnd(24)} ${bytes.toFixed(0).padStart(8)} bytes of each in flight`)
  unanswered.length = 0
}
process.exit(0)
