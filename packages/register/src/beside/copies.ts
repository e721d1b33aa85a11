import type { Attributes, LoggerProvider, MeterProvider } from '@opentelemetry/api'
import type { Recorder } from '@plimsoll/policies'
import {
  INSTRUMENTS,
  SCOPE_NAME,
  type InstrumentDefinition,
  type InstrumentId,
} from '@plimsoll/semconv'
import {
  apiMeasures,
  createRecorder,
  type Cells,
  type Measures,
  type RecorderOptions,
} from '@plimsoll/telemetry'
import { isInstrumented } from './instrumented.ts'

type Common = Pick<RecorderOptions, 'runId' | 'maxHosts' | 'clock'>

/**
 * Our numbers for another SDK as well, from now on: counts and durations begin there at nothing, what stands (breakers by
 * state, say) is told at once.
 */
export function copyOfMetrics(
  meterProvider: MeterProvider,
  cells: Pick<Cells, 'collect'>,
  boundaries: Readonly<Record<string, readonly number[]>>,
  common: Common,
): Recorder {
  const measures = apiMeasures(meterProvider, { boundaries })
  const recorder = createRecorder({ ...common, measures, takeEvent: () => {} })
  restate(cells, measures)
  return {
    record(record) {
      if (record.kind !== 'attempt' || !isInstrumented()) recorder.record(record)
    },
  }
}

/** Our events for another SDK as well, from now on. */
export function copyOfEvents(loggerProvider: LoggerProvider, common: Common): Recorder {
  return createRecorder({
    ...common,
    measures: { bind: () => ({ record: () => {}, overflow: false }) },
    loggerProvider: withEnabled(loggerProvider),
  })
}

/** Loggers of older APIs cannot be asked whether they are on. */
function withEnabled(provider: LoggerProvider): LoggerProvider {
  return {
    getLogger(...asked) {
      const logger = provider.getLogger(...asked)
      if (typeof logger.enabled === 'function') return logger
      return { emit: (record) => logger.emit(record), enabled: () => true }
    },
  }
}

const STANDING: ReadonlyMap<string, InstrumentId> = new Map(
  (Object.keys(INSTRUMENTS) as InstrumentId[])
    .map((id): [InstrumentDefinition, InstrumentId] => [INSTRUMENTS[id], id])
    .filter(([{ kind }]) => kind === 'updowncounter' || kind === 'gauge')
    .map(([{ name }, id]) => [name, id]),
)

function restate(cells: Pick<Cells, 'collect'>, measures: Measures): void {
  const own = cells.collect().find(({ scope }) => scope.name === SCOPE_NAME)
  for (const { descriptor, dataPoints } of own?.metrics ?? []) {
    const id = STANDING.get(descriptor.name)
    if (id === undefined) continue
    for (const { attributes, value } of dataPoints as readonly Standing[]) {
      measures.bind(id, attributes).record(value)
    }
  }
}

/** A point of a gauge or an up-down counter. */
interface Standing {
  readonly attributes: Attributes
  readonly value: number
}
