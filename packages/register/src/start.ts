import { isMainThread } from 'node:worker_threads'
import { VARIABLES, readSwitches } from './environment.ts'
import { createMessages, inWords } from './messages.ts'
import { observe } from './observe.ts'
import { processClock } from './process-clock.ts'
import { readSettings } from './settings.ts'

/** `EX_CONFIG` of sysexits(3): the configuration is wrong, nothing was done. */
const REFUSED = 78

const switches = readSwitches(process.env)
// Who asked for a refusal shall read why, however quiet the rest is.
const messages = createMessages(
  switches.log === 'silent' && switches.strict ? 'error' : switches.log,
)

try {
  start()
} catch (error) {
  messages.error(`could not start, the program runs unobserved: ${inWords(error)}`)
  if (switches.strict) refuse()
}

function start(): void {
  const settings = readSettings(switches, process.env, process.cwd(), processClock.epoch())
  if (!settings.toldByParent || switches.strict) {
    for (const problem of settings.problems) messages.error(problem)
    for (const remark of settings.remarks) messages.warn(remark)
  }
  if (switches.strict && settings.problems.length > 0) refuse()
  observe(settings, messages)
}

function refuse(): never {
  const who = isMainThread ? 'the program' : 'the worker'
  messages.error(`${VARIABLES.strict} is set: ${who} does not start`)
  process.exit(REFUSED)
}
