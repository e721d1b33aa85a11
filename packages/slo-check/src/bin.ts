import { createEngine } from '@plimsoll/promql'

const args = process.argv.slice(2)
// The engine takes the longest to start, and mostly on other threads: meanwhile the rest is loaded.
const isCheck =
  args.length > 0 && !['--help', '-h', '--version'].some((flag) => args.includes(flag))
const starting = isCheck ? createEngine() : undefined
starting?.catch(() => undefined)

const { systemClock } = await import('./clock.ts')
const { failureText } = await import('./cli/failure.ts')
const { run } = await import('./cli/run.ts')

const stop = (error: unknown): void => {
  process.stderr.write(failureText(error, args.includes('--debug')))
  process.exit(2)
}
process.on('uncaughtException', stop)
process.on('unhandledRejection', stop)
// A reader that closes early, as `| head` does, has read what it wanted: the verdict stands.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') stop(error)
})

process.exitCode = await run({
  args,
  env: process.env,
  isTty: process.stdout.isTTY,
  isErrTty: process.stderr.isTTY,
  clock: systemClock,
  random: Math.random,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  startEngine: () => starting ?? createEngine(),
})
