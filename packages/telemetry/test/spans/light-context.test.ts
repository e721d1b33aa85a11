import { createContextKey, ROOT_CONTEXT, trace, type Context } from '@opentelemetry/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LightContext } from '../../src/spans/light-context.ts'
import { newSpanId, newTraceId } from '../../src/spans/ids.ts'

const KEYS = [createContextKey('a'), createContextKey('b')] as const
const spanOf = () =>
  trace.wrapSpanContext({ traceId: newTraceId(), spanId: newSpanId(), traceFlags: 1 })

type Step = (around: Context) => Context

/** A step on a context, and the same on the API's own. */
const step: fc.Arbitrary<readonly [light: Step, model: Step]> = fc.oneof(
  fc.tuple(fc.constantFrom(...KEYS), fc.nat()).map(([key, value]) => {
    const set: Step = (around) => around.setValue(key, value)
    return [set, set] as const
  }),
  fc.constantFrom(...KEYS).map((key) => {
    const remove: Step = (around) => around.deleteValue(key)
    return [remove, remove] as const
  }),
  fc.constant(0).map(() => {
    const span = spanOf()
    const light: Step = (around) => new LightContext(span, around)
    return [light, (around: Context) => trace.setSpan(around, span)] as const
  }),
  fc.constant(0).map(() => {
    const span = spanOf()
    const set: Step = (around) => trace.setSpan(around, span)
    return [set, set] as const
  }),
  fc.constant([trace.deleteSpan, trace.deleteSpan] as const),
)

test('a light context holds what one of the API would after the same steps, and changes none before it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const seen = (around: Context) => [
        trace.getSpan(around),
        ...KEYS.map((key) => around.getValue(key)),
      ]
      let light: Context = ROOT_CONTEXT
      let model: Context = ROOT_CONTEXT
      for (const [onLight, onModel] of steps) {
        const before = seen(light)
        const after = onLight(light)
        expect(seen(light)).toEqual(before)
        light = after
        model = onModel(model)
        expect(seen(light)).toEqual(seen(model))
      }
    }),
  )
})
