import type { LossReason, Signal } from '@plimsoll/semconv'
import { inItems } from '../pipeline/in-items.ts'
import type { Loss, Outlet } from '../pipeline/outlet.ts'
import type { DiskWarning } from './disk-warning.ts'
import { createLineFile, type LineFile } from './line-file.ts'
import { bytesOfOthers, telemetryFile } from './run-folder.ts'

/** Share of the cap that events and spans may fill; the rest is for metrics, which verdicts are made of. */
const ITEMS_SHARE = 0.75

export interface FileOutletOptions {
  readonly run: string
  readonly instance: string
  /** Bytes that the whole run may write. */
  readonly maxBytes: number
  readonly warning: DiskWarning
  readonly loss: Loss
  /** Told at the end what nothing that was written tells. */
  readonly tell: (text: string) => void
}

/**
 * Appends OTLP JSON lines to the files of one instance, synchronously: also from an exit handler.
 *
 * Past its share of the cap an event or span is dropped and counted. Metrics are cumulative, so they are thinned out
 * instead: the nearer the cap, the more regular snapshots are left out. The final one is always written.
 */
export function createFileOutlet(options: FileOutletOptions): Outlet {
  const { run, instance, maxBytes, warning, loss, tell } = options
  const files = filesOf(run, instance)
  // A run that is joined may be near its cap already.
  let ofOthers = measured(run, instance, 0)
  let leftOut = 0
  /** What was not written; of metrics what the last snapshot held, for it holds all before. */
  const unwritten: Record<Signal, number> = { metrics: 0, traces: 0, logs: 0 }
  const lose = (signal: Signal, reason: LossReason, items: number): void => {
    unwritten[signal] = signal === 'metrics' ? items : unwritten[signal] + items
    loss(signal, reason, items)
  }

  const used = (): number =>
    ofOthers + Object.values(files).reduce((sum, { size }) => sum + size, 0)

  return {
    send({ signal, body, items, final }) {
      if (signal !== 'metrics' && !final && used() + body.length > maxBytes * ITEMS_SHARE) {
        lose(signal, 'size_cap', items)
        return
      }
      try {
        files[signal].append(body)
        if (signal === 'metrics') unwritten.metrics = 0
      } catch (error) {
        warning(run, error)
        lose(signal, 'write_failed', items)
      }
    },
    wantsMetrics() {
      ofOthers = measured(run, instance, ofOthers)
      leftOut += 1
      if (leftOut < snapshotStep(used(), maxBytes)) return false
      leftOut = 0
      return true
    },
    countLosses() {
      // They were told where they happened.
    },
    finish() {
      // Every line is in the hands of the operating system already. One that comes later opens its file again.
      for (const file of Object.values(files)) file.close()
      // Otherwise the metrics tell of it.
      if (unwritten.metrics > 0) {
        tell(
          `${inItems((signal) => unwritten[signal])} could not be written to ${run}; without its end the run is incomplete there`,
        )
      }
    },
  }
}

/** Every how many intervals a snapshot is written: 1 up to three quarters of the cap, then fewer and fewer. */
export function snapshotStep(usedBytes: number, maxBytes: number): number {
  if (usedBytes <= maxBytes * ITEMS_SHARE) return 1
  return usedBytes >= maxBytes ? Infinity : Math.ceil((4 * usedBytes) / (maxBytes - usedBytes))
}

function filesOf(run: string, instance: string): Record<Signal, LineFile> {
  const of = (signal: Signal) => createLineFile(telemetryFile(run, instance, signal))
  return { metrics: of('metrics'), traces: of('traces'), logs: of('logs') }
}

function measured(run: string, instance: string, before: number): number {
  try {
    return bytesOfOthers(run, instance)
  } catch {
    // The folder is gone or was never made: the next write says so.
    return before
  }
}
