/** Smallest normal number: what is below it counts as it does, for it lies in the lowest bucket of every scale. */
const MIN_NORMAL = 2 ** -1022

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)
/** Where the sign, the exponent and the upper 20 bits of the mantissa are, by the order of bytes of this machine. */
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0

/**
 * Index of the bucket that holds a value above 0, at a scale: the bucket `i` reaches from above `2^(i / 2^scale)` up to
 * `2^((i + 1) / 2^scale)`, that included (OpenTelemetry data model, "ExponentialHistogram"). The index at a lower scale
 * is this one shifted right by the difference.
 */
export function base2Index(value: number, scale: number): number {
  float[0] = value < MIN_NORMAL ? MIN_NORMAL : value
  const high = words[HIGH] ?? 0
  const exponent = (high >>> 20) - 1023
  const isPower = (high & 0xf_ffff) === 0 && words[1 - HIGH] === 0
  if (scale <= 0) return (isPower ? exponent - 1 : exponent) >> -scale
  const first = exponent * (1 << scale)
  if (isPower) return first - 1
  const index = Math.floor(Math.log(value) * Math.LOG2E * (1 << scale))
  // A logarithm may be off by its last bit, the exponent is not.
  return Math.min(Math.max(index, first), first + (1 << scale) - 1)
}
