/** A number of PromQL: `Inf`, `NaN` and their signs included. */
export function numberOf(text: string): number {
  const [, sign, word = ''] = /^([+-]?)(.*)$/u.exec(text.toLowerCase()) ?? []
  const size = word === 'inf' ? Infinity : word === 'nan' ? Number.NaN : Number(word)
  if (Number.isNaN(size) && word !== 'nan') throw new Error(`"${text}" is no number`)
  return sign === '-' ? -size : size
}
