// Writes what is generated from the tables and from the examples' specs: `npm run docs`. Tests compare them.
import { readFileSync, writeFileSync } from 'node:fs'
import { createEngine } from '@plimsoll/promql'
import { parseSpecs, renderRules, sloRules } from '@plimsoll/slo-check'
import { configSchemaText } from '../packages/register/scripts/config-schema.ts'
import { errorsPage, signalsPage } from './pages.ts'
import { PAGES_WITH_SIGNALS, withSignals } from './signals-of-pages.ts'

const root = new URL('../', import.meta.url)
writeFileSync(new URL('docs/signals.md', root), signalsPage())
writeFileSync(new URL('docs/errors.md', root), errorsPage())
for (const page of PAGES_WITH_SIGNALS) {
  const file = new URL(page, root)
  writeFileSync(file, withSignals(page, readFileSync(file, 'utf8')))
}
writeFileSync(new URL('packages/register/plimsoll.config.schema.json', root), configSchemaText())

const spec = 'examples/harvest/slo.yaml'
const specs = parseSpecs([{ name: spec, text: readFileSync(new URL(spec, root), 'utf8') }])
const engine = await createEngine()
const rules = sloRules(specs, { parse: (query) => engine.parse(query) })
writeFileSync(new URL('prometheus/rules/harvest.yaml', root), renderRules(rules))
