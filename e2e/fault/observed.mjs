// The observed program of the tests of faults: it calls its origin and knows nothing of telemetry.
// argv: origin, calls a second (0: none but those asked for). On stdin, a line each:
//   `measure <n>`  makes n calls one after the other and prints their durations in ms as a line of JSON
//   `rest`         makes no more calls
//   `end`          lets what is in flight finish, and exits with code 7
import { createInterface } from 'node:readline'

const [origin, rate] = [process.argv[2], Number(process.argv[3])]
let made = 0
let inFlight = 0
let ending = false

async function call() {
  made += 1
  inFlight += 1
  const response = await fetch(`${origin}/item/${made}`)
  await response.text()
  inFlight -= 1
  if (ending && inFlight === 0) exit()
}

async function measure(count) {
  const durations = []
  for (let index = 0; index < count; index += 1) {
    const began = performance.now()
    await call()
    durations.push(performance.now() - began)
  }
  process.stdout.write(`${JSON.stringify(durations)}\n`)
}

function exit() {
  process.exitCode = 7
  // The last that the program itself does: what its observer needs from here on is the observer's.
  process.once('exit', () => console.log(`exit ${performance.timeOrigin + performance.now()}`))
  input.close()
  process.stdin.destroy()
}

const timer = rate > 0 ? setInterval(() => void call(), 1_000 / rate) : undefined
const input = createInterface(process.stdin).on('line', (line) => {
  const [command, count] = line.split(' ')
  if (command === 'measure') {
    void measure(Number(count))
    return
  }
  clearInterval(timer)
  if (command === 'rest') return
  ending = true
  if (inFlight === 0) exit()
})
