import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { INSTRUMENTS as I } from '@plimsoll/semconv'
import { createEngine } from '@plimsoll/promql'
import {
  check,
  embeddedSource,
  parseSpecs,
  renderExplain,
  renderJson,
  renderTable,
  type Step,
} from '@plimsoll/slo-check'
import { describe, expect, test } from 'vitest'
import { DOUBTS } from './doubts-truth.ts'
import { CALM, STORMY, harvestTruth } from './harvest-truth.ts'
import { otlpLines, type InstanceTruth } from './otlp-lines.ts'

// GOLDEN=write rewrites the files from what the code does now: then read the difference.

const NATIVE: readonly InstanceTruth[] = [
  {
    service: 'native',
    instance: 'fine',
    histograms: [
      { instrument: I.fallbackDuration, observations: [0, 0.7, 2.1, 2.2, 3.9], scale: 2 },
    ],
  },
  {
    service: 'native',
    instance: 'coarse',
    histograms: [{ instrument: I.fallbackDuration, observations: [2.5, 3.1, 9], scale: 0 }],
  },
]

const CASES: readonly { name: string; spec: string; truths: readonly InstanceTruth[] }[] = [
  { name: 'harvest.calm', spec: 'harvest', truths: [harvestTruth(CALM)] },
  { name: 'harvest.stormy', spec: 'harvest', truths: [harvestTruth(STORMY)] },
  {
    name: 'harvest.cut-short',
    spec: 'harvest',
    truths: [{ ...harvestTruth(CALM), markers: 'start' }],
  },
  { name: 'doubts', spec: 'doubts', truths: [DOUBTS] },
  { name: 'native', spec: 'native', truths: NATIVE },
]

describe.each(CASES)('$name', ({ name, spec, truths }) => {
  test('gives the report, the table and the explanation of its golden files', async () => {
    const file = `${spec}.yaml`
    const text = readFileSync(golden(file), 'utf8')
    const telemetry = { name: `${name}.jsonl`, lines: truths.flatMap(otlpLines).join('\n') }
    const steps: Step[] = []

    using source = await embeddedSource({
      engine: await createEngine(),
      files: [telemetry],
      description: { kind: 'otlp-files', name: telemetry.name, files: [telemetry.name] },
      wantedRun: null,
    })
    const specs = parseSpecs([{ name: file, text }])
    const report = await check({ specs, source, onStep: (step) => void steps.push(step) })

    expectGolden(`${name}.report.json`, renderJson(report))
    expectGolden(`${name}.report.txt`, renderTable(report))
    expectGolden(`${name}.explain.txt`, renderExplain(report, steps))
  })
})

function expectGolden(file: string, actual: string): void {
  const url = golden(file)
  if (process.env['GOLDEN'] === 'write') writeFileSync(url, actual)
  expect(existsSync(url), `${file} is missing: run with GOLDEN=write`).toBe(true)
  expect(actual).toBe(readFileSync(url, 'utf8'))
}

function golden(file: string): URL {
  return new URL(`golden/${file}`, import.meta.url)
}
