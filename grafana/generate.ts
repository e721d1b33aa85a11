/** Writes the dashboards and their page: `npm run docs`. A test compares. */
import { writeFileSync } from 'node:fs'
import { generatedFiles } from './src/index.ts'

for (const [path, text] of generatedFiles()) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text)
}
