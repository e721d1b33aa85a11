import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withOrigin } from './calls/serve.ts'
import { FULL, QUICK } from './effort.ts'
import { installPeers } from './install.ts'
import { readOptions, SECTIONS } from './options.ts'
import { page } from './page/page.ts'
import { run } from './run.ts'

// `npm run bench`: measures, and writes docs/benchmarks.md. What is quick, or a part of the whole, prints the page instead.

const PAGE = join(import.meta.dirname, '..', 'docs', 'benchmarks.md')

const options = readOptions(process.argv.slice(2))
if (!options.own) installPeers()
const report = await withOrigin((origin) => run(origin, options, options.quick ? QUICK : FULL))
if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(report))
const isPart = options.own || options.sections.length < SECTIONS.length
if (options.quick || isPart) console.log(page(report))
else writeFileSync(PAGE, page(report))
