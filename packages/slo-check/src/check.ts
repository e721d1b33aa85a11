import { doubtFlaws } from './doubt/flaws.ts'
import { doubtStrays } from './doubt/strays.ts'
import { doubtLabels } from './doubt/labels.ts'
import { doubtUnrecorded } from './doubt/unrecorded.ts'
import { createAsker, type Asker, type Step } from './query/ask.ts'
import { askedOnce } from './query/ask-once.ts'
import { refusalOf } from './query/exact-counts.ts'
import { limitToService } from './query/service-limit.ts'
import { prepareQueries, type Prepared } from './query/prepare.ts'
import { metricsOf } from './query/selector.ts'
import type { ObjectiveReport, Report } from './report/model.ts'
import { measureCount, measureRate, measureThreshold } from './sli/limit.ts'
import type { Measurement } from './sli/measurement.ts'
import { measurePercentile } from './sli/percentile.ts'
import { measureRatio, measureRawRatio } from './sli/ratio.ts'
import { unitOf } from './units.ts'
import type { Scope, Source } from './source/source.ts'
import { queriesOf, type Objective, type Specs } from './spec/model.ts'
import { judge, promiseOf, worst, type Judgement } from './verdict.ts'

export interface CheckOptions {
  readonly specs: Specs
  readonly source: Source
  /** Told each query as it was asked. */
  readonly onStep?: (step: Step) => void
}

/**
 * Asks whether the promises of the specs were kept in the run of the source.
 *
 * What the data leave open is a verdict, not an error.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_QUERY_INVALID` when a query does not parse: nothing is judged then.
 * @throws PromqlError of kind `engine` when the engine itself fails.
 */
export async function check(options: CheckOptions): Promise<Report> {
  const { specs, onStep = () => undefined } = options
  const source = askedOnce(options.source)
  const prepared = prepareQueries(specs.objectives, source)
  const judged = await Promise.all(
    specs.objectives.map((objective) => judgeOne(objective, prepared, source, onStep)),
  )
  const objectives = judged.map(({ report }) => report)
  const { scope, description } = source
  return {
    schemaVersion: 1,
    verdict: worst(objectives.map(({ verdict }) => verdict)),
    run: reportedRun(scope),
    window: scope.kind === 'window' ? { start: iso(scope.start), end: iso(scope.end) } : null,
    source: {
      ...description,
      services: scope.services,
      instances: scope.instances,
      evaluatedAt: iso(source.evaluationTime),
      windowSeconds: source.windowSeconds,
    },
    spec: { files: specs.files },
    objectives,
    notes: [`the ${scope.kind} takes the place of the time windows`, ...specs.notes],
    warnings: [...new Set([...source.warnings, ...judged.flatMap(({ warnings }) => warnings)])],
  }
}

interface Judged {
  readonly report: ObjectiveReport
  readonly warnings: readonly string[]
}

async function judgeOne(
  objective: Objective,
  prepared: Prepared,
  source: Source,
  step: (step: Step) => void,
): Promise<Judged> {
  const doubts = new Set(source.doubts)
  const warnings: string[] = []
  const asker = createAsker(source, objective, {
    step,
    warn: (message) => void warnings.push(message),
    doubt: (reason) => void doubts.add(reason),
  })
  const measurement =
    refusalOf(objective, prepared, source) ?? (await measureInScope(objective, prepared, asker))
  const judgement = judge(objective, measurement, source.scope, [...doubts])
  return { report: reportOf(objective, measurement, judgement, prepared), warnings }
}

async function measureInScope(
  objective: Objective,
  prepared: Prepared,
  asker: Asker,
): Promise<Measurement> {
  const queries = queriesOf(objective).map(prepared)
  const limited = await limitToService(objective, queries, asker)
  const measurement = await measure(objective, limited, asker)
  for (const query of queries) {
    doubtFlaws(query, asker)
    await doubtStrays(query, asker)
    await doubtLabels(query, asker)
    if (measurement.state === 'measured') await doubtUnrecorded(query, asker)
  }
  return measurement
}

function reportedRun(scope: Scope): Report['run'] {
  if (scope.kind === 'window') return null
  const { id, start, end, complete } = scope
  return { id, start: iso(start), end: iso(end), complete }
}

function measure(objective: Objective, prepared: Prepared, asker: Asker): Promise<Measurement> {
  if (objective.kind === 'ratio') {
    return objective.shape === 'raw'
      ? measureRawRatio(objective, prepared(objective.raw), asker)
      : measureRatio(objective, prepared(objective.part), prepared(objective.total), asker)
  }
  const query = prepared(objective.query)
  if (objective.kind === 'percentile') return measurePercentile(objective, query, asker)
  return LIMIT_MEASURES[objective.kind](query, asker)
}

const LIMIT_MEASURES = {
  threshold: measureThreshold,
  count: measureCount,
  rate: measureRate,
} as const

function reportOf(
  objective: Objective,
  measurement: Measurement,
  { verdict, reason }: Judgement,
  prepared: Prepared,
): ObjectiveReport {
  const { op, limit } = promiseOf(objective)
  const measured = measurement.state === 'measured' ? measurement : undefined
  return {
    slo: objective.slo,
    objective: objective.objective,
    kind: objective.kind,
    op,
    value: measured?.value ?? null,
    bounds: [measured?.interval.low ?? null, measured?.interval.high ?? null],
    unit: objective.unit ?? measured?.unit ?? usualUnit(objective, prepared),
    target: limit,
    good: measurement.good,
    total: measurement.total,
    counting: measurement.counting,
    verdict,
    reason,
  }
}

/** The unit of a value that was not measured. */
function usualUnit(objective: Objective, prepared: Prepared): string | null {
  if (objective.kind === 'ratio') return '1'
  if (objective.kind === 'rate') return '1/s'
  if (objective.kind !== 'percentile') return null
  const [metric] = metricsOf(prepared(objective.query).parsed)
  return metric === undefined ? null : unitOf(metric)
}

function iso(seconds: number): string {
  return new Date(Math.round(seconds * 1000)).toISOString()
}
