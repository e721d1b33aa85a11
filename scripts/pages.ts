import {
  ATTRIBUTES,
  ERROR_CODES,
  ERROR_TYPES,
  EVENTS,
  INSTRUMENTS,
  prometheusLabel,
  prometheusName,
  SPAN_DEFINITIONS,
  type AttributeDefinition,
  type InstrumentDefinition,
  type SpanDefinition,
} from '@plimsoll/semconv'

const GENERATED = '<!-- Generated from packages/semconv by `npm run docs`. -->'

/** docs/signals.md: every signal that Plimsoll emits. */
export function signalsPage(): string {
  const instruments: readonly InstrumentDefinition[] = Object.values(INSTRUMENTS)
  const attributes: readonly AttributeDefinition[] = Object.values(ATTRIBUTES)
  const spans: readonly SpanDefinition[] = Object.values(SPAN_DEFINITIONS)
  return page('Signals', [
    'Every metric, span and event that Plimsoll emits. Durations are seconds. The resource of each carries `service.name`, `service.version`, `service.instance.id` and the run id.',
    '## Metrics',
    table(
      ['OpenTelemetry', 'Prometheus', 'kind, unit', 'attributes', 'what it says'],
      instruments.map((i) => [
        code(i.name),
        code(seriesName(i)),
        `${i.kind}, ${code(i.unit)}`,
        i.attributes.map((a) => code(a.key)).join(' ') || 'none',
        i.brief,
      ]),
    ),
    'Bucket boundaries; the configuration adds one where an objective has its threshold (`metrics.boundaries`):',
    table(
      ['histogram', 'boundaries'],
      instruments
        .filter((i) => i.boundaries !== undefined)
        .map((i) => [code(i.name), (i.boundaries ?? []).join(', ')]),
    ),
    '## Events',
    'An event is an OpenTelemetry log record with an `EventName`, and one row of its table. Timestamp and severity are fields of the record.',
    ...Object.values(EVENTS).flatMap((e) => [
      `### ${code(e.name)}`,
      `${e.brief} Table ${code(e.table)}.`,
      table(
        ['attribute', 'type', 'what it says'],
        e.attributes.map((a) => [code(a.key), a.type, a.brief]),
      ),
    ]),
    '## Spans',
    table(
      ['span', 'kind', 'attributes', 'what it covers'],
      spans.map((s) => [
        code(s.name),
        s.kind,
        s.attributes.map((a) => code(a.key)).join(' '),
        s.brief,
      ]),
    ),
    '## Attributes',
    table(
      ['attribute', 'label in Prometheus', 'on metrics', 'values', 'what it says'],
      attributes.map((a) => [
        code(a.key),
        a.onMetrics ? code(prometheusLabel(a.key)) : '',
        a.onMetrics ? 'yes' : 'never',
        a.values?.map(code).join(' ') ?? a.type,
        a.brief,
      ]),
    ),
  ])
}

/** docs/errors.md: the codes that errors of ours carry, and the values of `error.type`. */
export function errorsPage(): string {
  return page('Errors', [
    'Every error of ours has a `code`. Match on the code; messages may change.',
    table(
      ['code', 'what happened, and what to do'],
      Object.entries(ERROR_CODES).map(([name, text]) => [code(name), text]),
    ),
    '## `error.type`',
    `On metrics, spans and events an error is one of ${Object.values(ERROR_TYPES).map(code).join(', ')}, an HTTP status from 400 up, or a network code of Node or undici such as ${code('ECONNRESET')}. It is never a message, and it is absent when the call was good.`,
  ])
}

function seriesName(instrument: InstrumentDefinition): string {
  const name = prometheusName(instrument)
  return instrument.kind === 'histogram' ? `${name}_{bucket,sum,count}` : name
}

function page(title: string, blocks: readonly string[]): string {
  return `${[`# ${title}`, GENERATED, ...blocks].join('\n\n')}\n`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}
