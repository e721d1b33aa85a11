// Calls a flaky origin for SOAK_SECONDS, then says how it fared: what it did, and what it held at three moments.
const seconds = Number(process.env.SOAK_SECONDS)
const port = process.env.PORT
// On Linux every address of the range is this machine.
const hosts = process.platform === 'linux' ? 200 : 1
const paths = ['ok', 'flaky', 'reset', 'redirect', 'packed', 'cached', 'large', 'short', 'refused']
const ledger = { calls: 0, good: 0, failed: 0 }
const moments = []

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function call(n) {
  const host = n % 4 === 0 ? `127.0.1.${(n % hosts) + 1}` : '127.0.0.1'
  const init = { method: n % 7 === 0 ? 'PUT' : n % 11 === 0 ? 'HEAD' : 'GET' }
  if (init.method === 'PUT') init.body = n % 2 === 0 ? 'text' : new Blob(['x'.repeat(10_000)])
  // Given up before it is sent, which is a call without an attempt.
  if (n % 13 === 0) init.signal = AbortSignal.abort(new Error('never mind'))
  const controller = new AbortController()
  init.signal ??= controller.signal
  ledger.calls++
  try {
    const response = await fetch(`http://${host}:${port}/${paths[n % paths.length]}?n=${n}`, init)
    if (n % 5 === 0) controller.abort()
    else if (n % 3 === 0) await response.body?.cancel()
    else await response.text()
    ledger.good++
  } catch {
    ledger.failed++
  }
}

let next = 0
async function worker(endsAt) {
  while (performance.now() < endsAt) {
    await call(next++)
    await pause(15)
  }
}

/** What is held when nothing is under way. */
async function weigh() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc()
    await pause(20)
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  const handles = {}
  for (const name of process.getActiveResourcesInfo()) handles[name] = (handles[name] ?? 0) + 1
  moments.push({ heapUsed, external, arrayBuffers, handles, calls: ledger.calls })
}

async function run(ms) {
  const endsAt = performance.now() + ms
  await Promise.all(Array.from({ length: 8 }, () => worker(endsAt)))
}

// The first part is for what is loaded and compiled once.
await run(seconds * 200)
for (let half = 0; half < 2; half++) {
  await weigh()
  await run(seconds * 400)
}
await weigh()
console.log(JSON.stringify({ ledger, moments }))
process.exit(0)
