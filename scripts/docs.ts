// Writes the pages of docs/ that are generated from the tables: `npm run docs`. A test compares them.
import { writeFileSync } from 'node:fs'
import { errorsPage, signalsPage } from './pages.ts'

const docs = new URL('../docs/', import.meta.url)
writeFileSync(new URL('signals.md', docs), signalsPage())
writeFileSync(new URL('errors.md', docs), errorsPage())
