import type { Account } from './account.ts'
import { PLACES } from './places.ts'
import { ENDS, type End, type Members } from './programs.ts'

export interface Cell {
  readonly end: string
  readonly place: string
  readonly account: Account
}

const PROSE = `# How programs end

What becomes of telemetry when a program ends, for each way to end and each place where telemetry can go. Measured by
\`packages/register/test/exit-matrix\` with child processes under the preload;
\`EXIT_MATRIX_WRITE=1 npx vitest run packages/register/test/exit-matrix\` measures again and writes this page. CI runs the same and fails
when a row is missing or ends otherwise; only times may differ.

In every cell the program ended with the same exit code or signal as alone, and its own \`exit\` listeners saw the same, in the same order
and number; the test says so. Every process and worker makes three calls (an event and two spans each), records a counter, an event and a
span in an \`exit\` listener of its own, and has a summary event. Nothing is written between begin and end, so that the end has all of it
to save.

- **all**: every event and span arrived, every count is exact, with end markers and what the exit listeners recorded.
- **counts**: every count is exact, with end markers. The events and spans of the worker that could not write them are counted as lost.
- **told**: events and spans that arrived and those that are told as lost are what was recorded, to the item: in
  \`resilience.telemetry.lost\`, or, where metrics did not arrive either, on stderr.
- **cut**: a member was killed. Its telemetry ends with its last write, at most an interval (5 s) ago, and has no end marker: \`slo-check\` calls
  the run incomplete.

A program waits 0.9 s (\`PLIMSOLL_EXIT_MS\`) at most for a collector, 0.5 s of it for workers that do not hear it.
`

const PLACES_TEXT = `_collector by …_: one that takes all, by each protocol that \`OTEL_EXPORTER_OTLP_PROTOCOL\` names; what arrives is decoded and counted as files are.
Collectors that fail are spoken to by http/json. _full disk_: no file may grow beyond 2 kB.`

const NOTES = `
## What is not saved

- **\`SIGKILL\`, out of memory of the process, a fault in an \`uncaughtException\` listener**: nothing can run. What was written before is whole,
  and there is no end marker. \`process.abort\` still writes to files, but nobody waits for a collector.
- **A worker that is terminated**, runs out of memory, or is busy when the process ends hears nothing of it. Its numbers lie in memory that
  the threads of a process share, so that who started it, or the main thread, writes its last snapshot, its summary and its end
  marker in its name, with the calls that it had in flight. Its events and spans since its last write are lost, and counted with the reason
  \`terminated\`. The memory is 32 MB of address space, made for the first worker and used as far as it is written to; when it is full, which
  is said once, series that come later are in memory of the worker alone.
- **A worker that is busy while its last snapshot is taken** may be recording at that moment: the value being recorded may be in a
  histogram's buckets and not yet in its sum. Count and buckets agree always.
- **Signals are heard in the event loop**, as those of a program with a listener are. A program that leaves \`SIGTERM\`, \`SIGINT\` or \`SIGHUP\` to
  its default dies alone at once, also from the middle of a loop; under the preload it dies when the loop comes round. Between short turns
  that is not to be noticed, see below; one that never returns to its event loop has to be killed with \`SIGKILL\`. With a listener of the
  program's own there is no difference.
- **In a container, as process 1**, a program without a listener does not die of \`SIGTERM\` or \`SIGINT\`: the kernel does not deliver what is
  left to its default. It is the same under the preload, which listens to no signal there. Give the container an init (\`docker run --init\`), or
  the program a listener.
- **A second signal**, while an end waits for a collector, waits with it: it does not shorten the wait. While the program's own \`exit\` listeners
  run, a signal ends the process at once, as it would alone; what was recorded before that has been written.
- **Other signals** that end a process, \`SIGQUIT\` say, end it at once, and cut its telemetry as \`SIGKILL\` does.
- **A child by \`spawn\` or \`exec\`** is a member only where it gets the preload: \`NODE_OPTIONS=-r @plimsoll/register\` is handed on,
  \`node -r\` is not.
`

/** A word for what became of a cell's telemetry. */
export function verdictOf({ killed, whole, silenced }: Members, account: Account): string {
  const { events, spans, calls, ended } = account
  if (killed > 0) return 'cut'
  const items = [events, spans]
  const counted = calls.counted === calls.made && ended === whole + silenced
  if (counted && items.every(({ arrived, recorded }) => arrived === recorded)) return 'all'
  if (items.some(({ arrived, told, recorded }) => arrived + told !== recorded)) return 'lost'
  return counted ? 'counts' : 'told'
}

export function renderPage(cells: readonly Cell[], tables: string): string {
  const header = ['the program ends by', ...PLACES.map(({ name }) => name)]
  const rows = ENDS.map((end) => [end.name, ...PLACES.map(({ name }) => textOf(cells, end, name))])
  return `${PROSE}\n${tableOf([header, ...rows])}\n\n${PLACES_TEXT}\n${NOTES}\n${tables}`
}

/** A table of Markdown; the first row is its head. */
export function tableOf([head = [], ...rows]: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** A page without what differs from run to run. */
export function shapeOf(page: string): string {
  return page
    .replaceAll(/−?\d+(?:\.\d+)? ms/gu, 'ms')
    .replaceAll(/-{3,}/gu, '---')
    .replaceAll(/ +/gu, ' ')
}

function textOf(cells: readonly Cell[], end: End, place: string): string {
  const cell = cells.find((one) => one.end === end.name && one.place === place)
  return cell === undefined ? 'not measured' : verdictOf(end.members, cell.account)
}
