import { failureText } from './cli/failure.ts'
import { run } from './cli/run.ts'

const stop = (error: unknown): void => {
  process.stderr.write(failureText(error, process.argv.includes('--debug')))
  process.exit(2)
}
process.on('uncaughtException', stop)
process.on('unhandledRejection', stop)
// A reader that closes early, as `| head` does, has read what it wanted: the verdict stands.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') stop(error)
})

process.exitCode = await run({
  args: process.argv.slice(2),
  env: process.env,
  isTty: process.stdout.isTTY,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  startEngine: async () => {
    const { createEngine } = await import('@plimsoll/promql')
    return createEngine()
  },
})
