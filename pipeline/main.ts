import { run } from './src/run.ts'

// Not process.exitCode: a build or a start that was interrupted ends with this process.
process.exit(await run(process.argv.slice(2)))
