const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** A duration as PromQL writes it (`1h30m`), in milliseconds; a bare number is seconds. */
export function durationMs(text: string): number {
  const [, sign, size = ''] = /^([+-]?)(.*)$/su.exec(text) ?? []
  const ms = /^\d+(\.\d+)?$/u.test(size) ? Number(size) * 1000 : compound(size)
  if (ms === undefined) throw new Error(`"${text}" is no duration`)
  return sign === '-' ? -ms : ms
}

function compound(text: string): number | undefined {
  if (!/^(\d+(ms|[smhdw]))+$/u.test(text)) return undefined
  let sum = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdw])/gu)) {
    sum += Number(count) * (unitMs[unit ?? ''] ?? 0)
  }
  return sum
}
