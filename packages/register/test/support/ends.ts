/** How a program of {@link ENDING} ends, and what its parent then sees. */
export const ENDS = [
  { end: 'end', code: 0, signal: null },
  { end: 'exit', code: 3, signal: null },
  { end: 'throw', code: 1, signal: null },
  { end: 'kill', code: null, signal: 'SIGTERM' },
] as const

/** Makes two calls, one after the other, and ends as its argument says. */
export const ENDING = `
const call = async () => (await fetch(process.env.ORIGIN)).text()
call().then(call).then(() => { ({ end() {}, exit: () => process.exit(3), throw() { throw new Error('thrown') },
  kill: () => { process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000) } })[process.argv[2]]() })
`
