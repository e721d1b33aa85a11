import type { Comparison } from '../calls/compare.ts'
import { BASELINE, ROWS } from '../calls/rows.ts'
import type { MicroTable } from '../micro/run.ts'
import type { Report } from '../report.ts'
import { duration, figure, rounded, whole } from './figure.ts'
import { goals, JUDGED_AT } from './goals.ts'
import { profileTable } from './profile-table.ts'
import { table } from './table.ts'

/** docs/benchmarks.md; of a run of some sections, theirs. */
export function page(report: Report): string {
  const sections = [
    opening(report),
    report.calls.length > 0 ? callSection(report) : '',
    report.micros.length > 0 ? partSection(report) : '',
    report.starts.length > 0 ? startSection(report) : '',
    report.profiles.length > 0 ? profileSection(report) : '',
    method(report),
  ]
  return sections.filter((section) => section !== '').join('\n')
}

function opening(report: Report): string {
  const { cores, processor, platform, node } = report.machine
  return `# Benchmarks

Written by \`npm run bench\`; do not edit. Node ${node}, ${platform}, ${cores} cores (${processor}); turns: ${report.turns}, in each every row in a
process of its own. Only what stands side by side in one run can be compared: figures are medians with their range over the turns.

## Our goals

${goalTable(report)}
`
}

function callSection(report: Report): string {
  return `## A call

A GET of a small JSON document from an origin on the loopback device, in a process of its own; the body is read. Every row is held
against bare \`fetch\` as it was measured just before and just after it in the same turn. The first row is bare \`fetch\` held against
itself: what it shows is noise, and differences of CPU or calls a second of that size mean nothing. Bytes are much quieter.

${callTables(report)}

- **added CPU**: user and system time of the whole process, with what it puts off (exports, garbage collection), a call.
- **calls/s**: as a ratio to bare \`fetch\`.
- **added heap**: bytes allocated on the JavaScript heap a call, kept or not.
- Under the preload telemetry is serialised and written to files. The exporters of the others throw away what they get: what it would cost
  them to serialise and send is left out, in their favour.
- A row counts only if the origin's ledger has exactly the calls that the row says it made, and its telemetry (ours: what
  stands in the files) has them too. In this run that was ${whole(report.callsCounted)} calls.
`
}

function partSection({ micros }: Report): string {
  return `## Parts

Each file of cases in a process of its own; **ours** in bold. Time is CPU time of the process: what a limiter waits is not in it.

${micros.map(microSection).join('\n\n')}
`
}

function startSection(report: Report): string {
  return `## Start and exit

From the start of the process to the first line of an empty program, and from the end of the work of a program that made one call to the
end of its process, while the collector that it should push to does not listen.

${startTable(report)}
`
}

function profileSection({ profiles }: Report): string {
  return `## Where our cost goes

Self time by package with ${JUDGED_AT} calls at once, after warm-up: how often a CPU profile found it running, as a share of the process's CPU, in
microseconds a call. A profile slows down what it watches: the shares count, and the difference to bare \`fetch\`. What the platform and undici do more under our
policies than without stands in their own lines.

${profileTable(profiles)}
`
}

function method({ measureMs }: Report): string {
  return `## How it is measured

\`npm run bench\` installs what is compared into \`bench/\` at exact versions (its own lock file, no part of the main installation). It takes
a quarter of an hour and wants a machine that does nothing else. \`npm run bench -- --quick\` takes a minute and proves that every row does
what it says; its figures mean nothing. [bench/README.md](../bench/README.md) has the options for a closer look.

A turn runs all rows one after the other, each turn in another order, and bare \`fetch\` before and after every four. Each process
warms up with 20,000 calls or for five seconds, waits until what it put off is done, and is measured for ${rounded(measureMs / 1_000)} s at each
concurrency, together with the work that follows from it. Heap is counted as growth plus what each garbage collection freed, as V8 tells it.
`
}

function goalTable(report: Report): string {
  return table(goals(report), [
    { head: 'goal', align: 'left', cell: ({ what }) => what },
    { head: 'limit', align: 'left', cell: ({ limit }) => limit },
    { head: 'this run', align: 'left', cell: ({ measured }) => measured },
    { head: '', align: 'left', cell: ({ met }) => (met ? 'met' : '**missed**') },
  ])
}

const TITLES = new Map(
  [{ ...BASELINE, title: 'bare `fetch` against itself: noise' }, ...ROWS].map(({ id, title }) => [
    id,
    title,
  ]),
)

function callTables({ calls }: Report): string {
  const order = [...TITLES.keys()]
  return [...Map.groupBy(calls, ({ atOnce }) => atOnce)]
    .toSorted(([a], [b]) => b - a)
    .map(([atOnce, rows]) => {
      const sorted = rows.toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
      return `### ${atOnce === 1 ? 'One at a time' : `${atOnce} at once`}\n\n${bareLine(sorted)}${callTable(sorted)}`
    })
    .join('\n\n')
}

function bareLine(rows: readonly Comparison[]): string {
  const bare = rows.find(({ id }) => id === BASELINE.id)
  if (bare === undefined) return ''
  return `A bare \`fetch\` took ${figure(bare.cpuMicros)} µs of CPU and ${figure(bare.heapBytes, { per: 1e3 })} kB.\n\n`
}

function callTable(rows: readonly Comparison[]): string {
  return table(rows, [
    { head: '', align: 'left', cell: ({ id }) => TITLES.get(id) ?? id },
    { head: 'added CPU, µs', cell: ({ addedCpuMicros }) => figure(addedCpuMicros) },
    { head: 'calls/s', cell: ({ rateRatio }) => figure(rateRatio) },
    { head: 'added heap, kB', cell: ({ addedHeapBytes }) => figure(addedHeapBytes, { per: 1e3 }) },
    { head: 'p50, ms', cell: ({ p50Ms }) => figure(p50Ms) },
    { head: 'p99, ms', cell: ({ p99Ms }) => figure(p99Ms) },
  ])
}

function microSection({ title, figures }: MicroTable): string {
  const columns = table(figures, [
    { head: '', align: 'left', cell: ({ name, ours }) => (ours ? `**${name}**` : name) },
    { head: 'CPU', cell: ({ nanos }) => duration(nanos) },
    { head: 'bytes', cell: ({ bytes }) => whole(Math.max(0, bytes.median)) },
  ])
  return `### ${title}\n\n${columns}`
}

function startTable({ starts, exits }: Report): string {
  return table(starts, [
    { head: '', align: 'left', cell: ({ title }) => title },
    { head: 'start, ms', cell: ({ ms }) => figure(ms) },
    { head: 'added', cell: ({ id, addedMs }) => (id === 'plain' ? '' : figure(addedMs)) },
    { head: 'memory, MB', cell: ({ megabytes }) => figure(megabytes) },
    {
      head: 'added',
      cell: ({ id, addedMegabytes }) => (id === 'plain' ? '' : figure(addedMegabytes)),
    },
    {
      head: 'exit, dead collector, ms',
      cell: ({ id }) => {
        const exit = exits.find((each) => each.id === id)
        return exit === undefined ? '' : figure(exit.ms)
      },
    },
  ])
}
