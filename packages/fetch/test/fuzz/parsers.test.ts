import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashUrl, parseRetryAfter, redactUrl } from '../../src/index.ts'
import { parseHttpDate } from '../../src/http-date.ts'
import { digestCheck, parseDigests } from '../../src/integrity.ts'

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0)
/** `npm run fuzz` tries a hundred times as much. fast-check prints the seed of what fails, and `FUZZ_SEED` repeats it. */
const SEED = process.env['FUZZ_SEED']
const RUNS = {
  numRuns: process.env['FUZZ_STEPS'] === undefined ? 1_000 : 200_000,
  ...(SEED === undefined ? {} : { seed: Number(SEED) }),
}

/** Text that was right once: cut, doubled, with a character changed. */
function damaged(...right: readonly [string, ...string[]]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...right), fc.nat(80), fc.nat(80), fc.string({ maxLength: 3 }))
    .map(([text, from, to, other]) => text.slice(0, from) + other + text.slice(to))
}

const DATES = [
  'Sun, 22 Nov 2026 12:00:30 GMT',
  'Sunday, 22-Nov-26 12:00:30 GMT',
  'Sun Nov 22 12:00:30 2026',
  'Sun, 31 Dec 9999 23:59:59 GMT',
] as const
const DIGEST = createHash('sha256').update('hello').digest('base64')

test('whatever stands in Retry-After is no wait, or one that is finite, not negative and no longer than 68 years', () => {
  const value = fc.oneof(
    damaged(...DATES, '120', '1e99', '-1', '99999999999'),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(value, fc.option(damaged(...DATES), { nil: undefined }), (text, date) => {
      const ms = parseRetryAfter(text, NOW, date)
      expect(ms === undefined || (ms >= 0 && ms <= 2 ** 31 * 1_000)).toBe(true)
    }),
    RUNS,
  )
})

test('an HTTP date is one moment, and what is told as one is a date that can be written', () => {
  fc.assert(
    fc.property(damaged(...DATES), (text) => {
      const ms = parseHttpDate(text, NOW)
      if (ms === undefined) return
      const written = new Date(ms).toUTCString()
      expect(parseHttpDate(written, NOW)).toBe(ms)
      // The engine reads these forms too, where it takes two digits of a year and leap seconds as we do.
      const engineReads = / \d{4} \d\d:\d\d:[0-5]\d GMT$/u.test(text)
      expect(engineReads ? Date.parse(text) : ms).toBe(ms)
    }),
    RUNS,
  )
})

test('whatever stands in Content-Digest declares nothing, or digests that the right body alone has', () => {
  const field = fc.oneof(
    damaged(`sha-256=:${DIGEST}:, sha-512=:AAAA:;q=1`, `md5=:AAAA:, sha-256=:${DIGEST}:`),
    fc.string({ unit: 'binary', maxLength: 200 }),
  )
  fc.assert(
    fc.property(field, (text) => {
      const declared = parseDigests(text)
      const check = digestCheck(declared)
      expect(check === undefined).toBe(declared.length === 0)
      check?.update(Buffer.from('hello'))
      const found = text.includes(DIGEST.replaceAll('=', ''))
      expect(check?.matches() === true && !found).toBe(false)
    }),
    RUNS,
  )
})

test('a secret in a URL is in nothing that is shown of it, however odd the URL', () => {
  const secret = 'S3CR3T'
  const url = damaged(
    `https://user:${secret}@example.test:8443/path?token=${secret}&a=${secret}#${secret}`,
    `http://${secret}@[::1]/?${secret}`,
    `https://example.test/?a=b&&=${secret}&${secret}==&a%5B%5D=${secret}`,
  )
  fc.assert(
    fc.property(url, (text) => {
      // Where it is no secret: in the name of the host or in the path.
      const read = URL.parse(text)
      const open =
        read === null ? '' : read.host + read.pathname + [...read.searchParams.keys()].join('')
      if (open.toUpperCase().includes(secret) || read === null) return
      expect(redactUrl(text, {})).not.toContain(secret)
      expect(hashUrl(text, new Uint8Array(32))).toMatch(/^[0-9a-f]{32}$/u)
    }),
    RUNS,
  )
})

test('no field takes more than its length to read', () => {
  const started = performance.now()
  for (const bad of [
    'sha-256=:'.repeat(20_000),
    `sha-256=:${'A'.repeat(200_000)}`,
    'a'.repeat(200_000),
    ','.repeat(200_000),
    `sha-256=:A:${';'.repeat(200_000)}`,
    `${' '.repeat(200_000)}1`,
    '9'.repeat(200_000),
    `Sun, ${'2'.repeat(200_000)}`,
  ]) {
    parseDigests(bad)
    parseRetryAfter(bad, NOW, bad)
    parseHttpDate(bad, NOW)
  }
  // A reader that goes back over what it has read would need hours.
  expect(performance.now() - started).toBeLessThan(10_000)
})
