import { availableParallelism } from 'node:os'
import type { Account } from './account.ts'
import type { Latencies } from './latency.ts'

/** The page docs/faults.md, from what was measured. */
export function renderPage(accounts: readonly Account[], latencies: Latencies): string {
  return `# Faults

What becomes of telemetry when something on its way breaks. Measured by \`e2e/faults.test.ts\` with a program under the preload, a
real Collector and a real Prometheus, started by \`npm run pipeline\`'s own code with the configuration of this repository;
\`E2E_WRITE_DOCS=1 npm run e2e -- faults\` measures again and writes this page. CI prints the same tables and fails when a row is
missing or ends otherwise.

The program makes up to 300 calls a second and exports twice a second or more often. Its origin keeps a ledger: _calls_. Each call
is an event and two spans, and the run has one event more: _recorded_. They are looked for one by one in the Collector's files.

${countsTable(accounts)}

- **counted**: calls in Prometheus, the last values of the run's series added up. A run that is _whole_ has its end marker there, and
  its count is the ledger's. One that is _cut_ is what \`slo-check\` calls incomplete: what it has kept so far is \`inconclusive\`.
- **twice**: events and spans that came once more, because the answer to the first time was lost on its way.
- **told as lost**: events, spans and data points that the program's last line on stderr says did not arrive. _In metrics_ are those
  that \`resilience.telemetry.lost\` counts in Prometheus, as far as the metrics arrive: the last leave before the last losses.
- **back after**: seconds from the return of what was broken until Prometheus counts every call made by then, and
  the files have its rows.
- **exit**: milliseconds from the program's own last step to the end of its process. It waits 900 at most for a collector.

## What can be lost, and where it is told

- **Metrics are cumulative**, so a snapshot that is lost is made good by the next. Only the last one counts: if that is lost, so is
  the end marker, and the run is incomplete instead of wrong.
- **Events and spans** are held, at most 32 MB of them, and sent again until they are taken. What is given up, because the memory is
  full, the collector refuses it or the process ends, is counted in \`resilience.telemetry.lost\` and told on stderr to the item.
  Recorded is what arrived and what was told as lost, in every row.
- **At least once.** An answer that is lost leaves the sender in doubt: it sends again, and rows may arrive twice. Metrics are not
  harmed, the same point twice is one. A request that is still without an answer when the process ends is told as lost, though it may
  have arrived.
- **The Collector** answers when metrics are in its queue on disk and rows are in its files, so that \`kill -9\` loses nothing that it has
  answered for. A full queue is refused with 503, and the program keeps what it has. In none of these runs did it count anything that it
  failed to deliver. A power cut may cost what the operating system had not yet written; a full disk was not tried.
- **Prometheus** is sent the queue in order when it is back. The wait is the Collector's pause between tries, up to 10 s.

## What the program notices

One program calls its origin one call after the other, while its backend is well, dead (connections are refused) and hanging
(connections stand, nothing is answered) in turns that alternate: ${latencies.rounds} rounds of ${latencies.callsEach} calls for each. A call takes
${latencies.wellMs.toFixed(2)} ms (median) while the backend is well. The duration of a call, as the ratio to that in the same round:

${latencyTable(latencies)}

Below 1 means that the program fares better: program, Collector and Prometheus share ${availableParallelism()} cores here, and what is not sent
is work for none of them. The build fails when a median is above 1.15, a bound that noise does not reach.
`
}

/** The tables alone, as they are printed. */
export function renderTables(accounts: readonly Account[], latencies: Latencies): string {
  return `${countsTable(accounts)}\n\n${latencyTable(latencies)}\n`
}

/** A page without its numbers: what must be the same whenever it is measured. */
export function shapeOf(page: string): string {
  return page
    .replaceAll(/\d+(\.\d+)?/gu, '#')
    .replaceAll(/ {2,}/gu, ' ')
    .replaceAll(/-{2,}/gu, '-')
}

function countsTable(accounts: readonly Account[]): string {
  const head = [
    'fault',
    'calls',
    'counted',
    'run',
    'recorded',
    'arrived',
    'twice',
    'told as lost: events, spans',
    'of them in metrics',
    'data points',
    'back after, s',
    'exit, ms',
  ]
  const rows = accounts.map((row) => [
    row.fault,
    row.calls,
    row.counted,
    row.complete ? 'whole' : 'cut',
    row.recorded,
    row.arrived,
    row.twice,
    row.told,
    row.toldInMetrics,
    row.points,
    row.backAfterS?.toFixed(1) ?? '',
    row.exitMs.toFixed(0),
  ])
  return table(head, rows)
}

function latencyTable({ of }: Latencies): string {
  const head = ['backend', 'median', 'half of the rounds', '95th percentile']
  const rows = of.map(({ backend, ratio, spread: [low, high], tailRatio }) => [
    backend,
    ratio.toFixed(2),
    `${low.toFixed(2)} to ${high.toFixed(2)}`,
    tailRatio.toFixed(2),
  ])
  return table(head, rows)
}

/** Markdown, the first column to the left and the others to the right, padded so that it reads as text too. */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    `| ${row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join(' | ')} |`
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  const [first = [], ...rest] = cells
  return [first, rule, ...rest].map(line).join('\n')
}
