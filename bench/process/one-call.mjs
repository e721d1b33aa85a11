// One call to the url in its argument, and then nothing more to do. Prints when that was, in milliseconds of the epoch.
import { writeSync } from 'node:fs'

const response = await fetch(process.argv[2])
await response.arrayBuffer()
writeSync(1, JSON.stringify({ doneAt: performance.timeOrigin + performance.now() }))
