import type { Engine } from '@plimsoll/promql'
import type { Clock } from '../clock.ts'

/** What the command line touches of its process. */
export interface Terminal {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Stdout is a terminal. */
  readonly isTty: boolean
  /** Stderr is a terminal. */
  readonly isErrTty: boolean
  readonly clock: Clock
  /** From 0 to 1. */
  random(): number
  out(text: string): void
  err(text: string): void
  startEngine(): Promise<Engine>
}

/** 0 kept, 1 broken, 2 cannot tell or failed. */
export type ExitCode = 0 | 1 | 2

/** A word after `slo-check`, with options of its own. */
export interface Subcommand {
  /** The text of `--help`. */
  readonly help: string
  /**
   * @param args what follows the word
   * @throws SloCheckError `ERR_PLIMSOLL_USAGE` for what the options have wrong
   */
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>
}
