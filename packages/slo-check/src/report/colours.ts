import type { Verdict } from '../verdict.ts'

/** Paints text, or leaves it as it is. */
export interface Colours {
  verdict(verdict: Verdict, text: string): string
  strong(text: string): string
  faint(text: string): string
}

const CODES: Readonly<Record<Verdict, number>> = {
  pass: 32,
  fail: 31,
  inconclusive: 33,
  no_data: 35,
}

export const PLAIN: Colours = {
  verdict: (_verdict, text) => text,
  strong: (text) => text,
  faint: (text) => text,
}

export const ANSI: Colours = {
  verdict: (verdict, text) => paint(CODES[verdict], text),
  strong: (text) => paint(1, text),
  faint: (text) => paint(2, text),
}

function paint(code: number, text: string): string {
  return `\u001B[${code}m${text}\u001B[0m`
}
