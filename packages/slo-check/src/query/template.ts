/** What a placeholder stands for, or why it cannot be filled. */
type Filling = { readonly value: string } | { readonly why: string }

export interface Fillings {
  readonly run: Filling
  readonly window: Filling
  readonly service: Filling
}

/** A template with its placeholders filled. */
export interface FilledTemplate {
  readonly text: string
  /** Placeholders that could not be filled, by their offset in the template. */
  readonly faults: readonly { readonly offset: number; readonly message: string }[]
  /** The offset in the template of an offset in `text`. */
  readonly origin: (offset: number) => number
}

/** The Prometheus duration of a number of whole seconds. */
export function durationText(seconds: number): string {
  return `${seconds}s`
}

/** Fills `$run`, `$window` and `$service`. A dollar before anything else, as in a regular expression, stays. */
export function fillTemplate(template: string, fillings: Fillings): FilledTemplate {
  const faults: { offset: number; message: string }[] = []
  const shifts: { from: number; to: number; start: number; end: number }[] = []
  let text = ''
  let copied = 0
  for (const match of template.matchAll(/\$(run|window|service)\b/gu)) {
    const name = match[1] as keyof Fillings
    const filling = fillings[name]
    if ('why' in filling)
      faults.push({ offset: match.index, message: `\`$${name}\` cannot be filled: ${filling.why}` })
    text += template.slice(copied, match.index)
    const from = text.length
    text += 'value' in filling ? filling.value : ''
    copied = match.index + match[0].length
    shifts.push({ from, to: text.length, start: match.index, end: copied })
  }
  text += template.slice(copied)
  const origin = (offset: number): number => {
    const inside = shifts.find(({ from, to }) => offset >= from && offset < to)
    if (inside !== undefined) return inside.start
    const last = shifts.findLast(({ to }) => to <= offset)
    return last === undefined ? offset : offset - last.to + last.end
  }
  return { text, faults, origin }
}
