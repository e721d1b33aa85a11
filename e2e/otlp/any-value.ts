import fc from 'fast-check'

/** An attribute of OTLP, as JSON has it. */
export interface OtlpAttribute {
  readonly key: string
  readonly value: object
}

const text = fc.oneof(
  fc.constantFrom('', 'GET', 'with "quotes"', 'line\nbreak', 'back\\slash', '日本 😀', ' '),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
)
const number = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.constantFrom(0, 1, 1e21, 1e-7, 123456789, 0.1),
)

/** Every kind of AnyValue. */
const { value: anyValue } = fc.letrec<{ value: object; leaf: object }>((tie) => ({
  leaf: fc.oneof(
    text.map((stringValue) => ({ stringValue })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    fc.maxSafeInteger().map((value) => ({ intValue: String(value) })),
    number.map((doubleValue) => ({ doubleValue })),
    fc
      .uint8Array({ maxLength: 5 })
      .map((bytes) => ({ bytesValue: Buffer.from(bytes).toString('base64') })),
  ),
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 2, withCrossShrink: true },
    { arbitrary: tie('leaf'), weight: 8 },
    {
      arbitrary: fc.array(tie('value'), { maxLength: 3 }).map((values) => ({
        arrayValue: { values },
      })),
      weight: 1,
    },
    {
      arbitrary: fc
        .dictionary(fc.constantFrom('a', 'b', 'ü'), tie('value'), { maxKeys: 2 })
        .map((entries) => ({
          kvlistValue: {
            values: Object.entries(entries).map(([key, value]) => ({ key, value })),
          },
        })),
      weight: 1,
    },
  ),
}))

/** Attributes of distinct keys, of every kind. */
export function attributesArbitrary(keys: readonly string[]): fc.Arbitrary<OtlpAttribute[]> {
  return fc.uniqueArray(fc.record({ key: fc.constantFrom(...keys), value: anyValue }), {
    selector: ({ key }) => key,
    maxLength: 4,
  })
}

export function stringAttribute(key: string, stringValue: string): OtlpAttribute {
  return { key, value: { stringValue } }
}
