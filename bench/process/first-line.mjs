// What a program finds when its first line runs: milliseconds since its process started, resident bytes.
import { writeSync } from 'node:fs'

writeSync(1, JSON.stringify({ sinceStartMs: performance.now(), rss: process.memoryUsage.rss() }))
