// The program whose telemetry is weighed: so many calls at once, to three hosts, under every policy.
// Arguments: number of calls, calls at once, the origins' ports. Prints { calls, wallMs } as JSON.
const [calls, atOnce, ...ports] = process.argv.slice(2).map(Number)

let begun = 0
const began = performance.now()

async function line() {
  while (begun < calls) {
    const port = ports[begun % ports.length]
    begun += 1
    const response = await fetch(`http://127.0.0.1:${port}/item/${begun}`)
    await response.arrayBuffer()
  }
}

await Promise.all(Array.from({ length: atOnce }, line))
console.log(JSON.stringify({ calls: begun, wallMs: performance.now() - began }))
