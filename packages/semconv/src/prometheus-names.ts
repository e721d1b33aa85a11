import type { InstrumentDefinition } from './instruments.ts'

/** What a Prometheus name depends on. */
export type NamedInstrument = Pick<InstrumentDefinition, 'name' | 'unit' | 'kind'>

/** UCUM units, in the words of Prometheus. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tibibytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['1', ''],
  ['%', 'percent'],
])

/** The unit behind the slash, in the singular. */
const PER_UNITS: ReadonlyMap<string, string> = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
])

/**
 * The name under which Prometheus knows an instrument: words joined by `_`, then the unit, then `total` on a counter or
 * `ratio` on a gauge of unit `1`. A histogram's series add `_bucket`, `_sum` and `_count`.
 *
 * The rules are those of the OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", in the strategy
 * `UnderscoreEscapingWithSuffixes`; the tests hold them against Prometheus's own translator.
 *
 * @throws RangeError when nothing of the name is left.
 */
export function prometheusName(instrument: NamedInstrument): string {
  const words = instrument.name.split(/[^a-zA-Z0-9:]+/u).filter((word) => word !== '')
  const { main, per } = unitWords(instrument.unit)
  const newPer = per !== '' && !words.includes(per) ? per : ''
  if (main !== '' && !words.includes(main))
    words.push(newPer === '' ? main : main.replace(/_$/u, ''))
  if (newPer !== '') words.push(newPer)
  const suffix = typeSuffix(instrument)
  const named = suffix === undefined ? words : [...words.filter((word) => word !== suffix), suffix]
  const name = named.join('_')
  if (!/[^_]/u.test(name)) {
    throw new RangeError(
      `the metric name ${JSON.stringify(instrument.name)} has no character that Prometheus allows`,
    )
  }
  return /^[0-9]/u.test(name) ? `_${name}` : name
}

/** The unit as it stands in a name, `seconds` or `meters_per_second`; empty where there is none. */
export function prometheusUnit(unit: string): string {
  const { main, per } = unitWords(unit)
  return [main, per].filter((word) => word !== '').join('_')
}

/**
 * The label under which Prometheus knows an attribute: each character that is not a letter or a digit becomes `_`;
 * a leading digit is prefixed with `key_`, a leading single underscore with `key`.
 *
 * @throws RangeError when nothing of the key is left.
 */
export function prometheusLabel(key: string): string {
  const label = prefixed(key.replaceAll(/[^a-zA-Z0-9]/gu, '_'))
  if (/^_*$/u.test(label)) {
    throw new RangeError(
      `the attribute ${JSON.stringify(key)} has no character that Prometheus allows`,
    )
  }
  return label
}

function prefixed(label: string): string {
  if (/^[0-9]/u.test(label)) return `key_${label}`
  return /^_(?!_)/u.test(label) ? `key${label}` : label
}

function typeSuffix(instrument: NamedInstrument): string | undefined {
  if (instrument.kind === 'counter') return 'total'
  return instrument.kind === 'gauge' && instrument.unit === '1' ? 'ratio' : undefined
}

function unitWords(unit: string): { main: string; per: string } {
  const slash = unit.indexOf('/')
  const main = wordOf(slash === -1 ? unit : unit.slice(0, slash), UNITS)
  const per = slash === -1 ? '' : wordOf(unit.slice(slash + 1), PER_UNITS)
  // A trailing underscore of the per-unit goes; "per_" alone is no unit at all.
  const perWord = per === '' ? '' : cleanUnit(`per_${per}`).replace(/_$/u, '')
  return { main: cleanUnit(main), per: perWord === 'per' ? '' : perWord }
}

/** An annotation such as `{call}` is not a unit. */
function wordOf(text: string, table: ReadonlyMap<string, string>): string {
  const unit = text.trim()
  return /[{}]/u.test(unit) ? '' : (table.get(unit) ?? unit)
}

function cleanUnit(unit: string): string {
  return unit.replaceAll(/[^a-zA-Z0-9:]+/gu, '_').replace(/^_/u, '')
}
