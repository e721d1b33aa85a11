import { inWords } from '../messages.ts'

/** Where a text stops being JSON, and why. */
export interface JsonFault {
  readonly offset: number
  readonly message: string
}

/** The first fault of `text` as JSON, or undefined when it is JSON. */
export function jsonFault(text: string): JsonFault | undefined {
  const message = whyNot(text)
  if (message === undefined) return undefined
  // Not every message of the engine has a position. The text up to the fault lacks only its end; with the fault, more.
  let [good, bad] = [0, text.length + 1]
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1
    if (isBegun(text.slice(0, middle))) good = middle
    else bad = middle
  }
  const said = message
    .replace(/ (?:in JSON )?at position .*$/u, '')
    // A part of the text follows, which the place says better.
    .replace(/^(Unexpected token '.+?'), .*$/su, '$1')
  return { offset: Math.min(good, text.trimEnd().length), message: `not JSON: ${said}` }
}

/** Whether `text` is JSON, or becomes JSON with more text behind it. */
function isBegun(text: string): boolean {
  const why = whyNot(text)
  if (
    why === undefined ||
    why.startsWith('Unexpected end') ||
    why.startsWith('Unterminated string')
  )
    return true
  const position = /at position (?<at>\d+)/u.exec(why)?.groups?.['at']
  return position !== undefined && Number(position) >= text.length
}

function whyNot(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return inWords(error)
  }
}
