import type { Attributes } from '@opentelemetry/api'
import type { Cells } from '@plimsoll/telemetry'
import type { Messages } from '../messages.ts'
import type { Exposition } from './accept.ts'
import { familiesOf, targetInfo, type Family, type LabelsOf } from './families.ts'
import { pointLabels, resourceLabels, type ResourceLabels } from './labels.ts'

export interface SourceOptions {
  readonly cells: Pick<Cells, 'collect'>
  readonly resource: Attributes
  readonly messages: Messages
}

/** The metrics of this thread as families of text, collected when asked. */
export type Source = (exposition: Exposition) => readonly Family[]

export function createSource({ cells, resource, messages }: SourceOptions): Source {
  const labels = resourceLabels(resource)
  const info = labels.info === undefined ? [] : [targetInfo(labels.info)]
  const told = new Set<string>()
  const labelsOf = rememberedLabels(labels)
  return (exposition) => {
    const families = familiesOf(cells.collect(), labelsOf, exposition, (metric, why) => {
      const line = `metric ${JSON.stringify(metric)} is not served whole: ${why}`
      if (!told.has(line)) messages.warn(line)
      told.add(line)
    })
    return [...info, ...families]
  }
}

/** Cells hand out the same attributes and scopes each time, for one instrument: their text is made once. */
function rememberedLabels(resource: ResourceLabels): LabelsOf {
  const scopes = new WeakMap<object, LabelsOf>()
  return (attributes, scope, ofBuckets) => {
    let ofScope = scopes.get(scope)
    if (ofScope === undefined) {
      ofScope = remembered(pointLabels(scope, resource))
      scopes.set(scope, ofScope)
    }
    return ofScope(attributes, scope, ofBuckets)
  }
}

function remembered(make: ReturnType<typeof pointLabels>): LabelsOf {
  const known = new WeakMap<object, string>()
  return (attributes, _scope, ofBuckets) => {
    let text = known.get(attributes)
    if (text === undefined) known.set(attributes, (text = make(attributes, ofBuckets)))
    return text
  }
}
