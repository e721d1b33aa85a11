import { PromqlError, type ParsedQuery, type Selector } from '@plimsoll/promql'
import type { Issue } from '../error.ts'
import { faultIn, offsetOf } from '../query/prepare.ts'
import { isOfService, escaped, matcherText, quoted, SERVICE_LABEL } from '../query/selector.ts'
import { fillTemplate } from '../query/template.ts'
import type { SpecQuery } from '../spec/model.ts'
import { ruleDuration } from '../span-text.ts'

/** Parses a query. @throws PromqlError of kind `parse` */
export type Parse = (query: string) => ParsedQuery

/** A query of a spec as rules use it. */
export type RuleQuery =
  | {
      /** A bare selector: rules put a function and `sum` around it. */
      readonly kind: 'selector'
      readonly query: SpecQuery
      /** The name that it selects, or null. */
      readonly metric: string | null
      readonly hasBucketMatcher: boolean
      /** The selector with more matchers, and another metric in place of its own. */
      with(matchers: readonly string[], metric?: string): string
      /** The series of the whole metric, of the same service. */
      readonly everything: string
    }
  | {
      /** Any other expression, taken as it is. */
      readonly kind: 'expression'
      readonly query: SpecQuery
      /** It has `$window`, which becomes a rule's window. */
      readonly windowed: boolean
      /** The expression over a window of some seconds. */
      over(window: number): string
    }

const BUCKET_LABEL = 'le'
/** Any window will do to read a query. */
const SAMPLE_WINDOW = 300

/**
 * Reads a query for rules: `$service` is that of the spec, `$window` is left to each rule, and a bare selector chooses the
 * service, unless it has a matcher on `service_name` or `job`, because a store holds several.
 */
export function readRuleQuery(
  query: SpecQuery,
  service: string,
  parse: Parse,
): RuleQuery | { readonly issues: readonly Issue[] } {
  const fill = (window: number) =>
    fillTemplate(query.text, {
      run: { why: 'rules look at all runs; write an expression over $window' },
      window: { value: ruleDuration(window) },
      service: { value: escaped(service) },
    })
  const filled = fill(SAMPLE_WINDOW)
  const fault = faultIn(query)
  if (filled.faults.length > 0)
    return { issues: filled.faults.map(({ offset, message }) => fault(offset, message)) }
  try {
    const parsed = parse(filled.text)
    if (parsed.type === 'matrix' || parsed.type === 'string')
      return {
        issues: [fault(0, `gives a ${parsed.type}, not a number; put a function around it`)],
      }
    if (parsed.bareSelector !== null) return selectorQuery(query, parsed.bareSelector, service)
    return {
      kind: 'expression',
      query,
      windowed: /\$window\b/u.test(query.text),
      over: (window) => parse(fill(window).text).canonical,
    }
  } catch (error) {
    if (!(error instanceof PromqlError) || error.kind !== 'parse') throw error
    return { issues: [fault(offsetOf(error, filled), error.message)] }
  }
}

function selectorQuery(query: SpecQuery, selector: Selector, service: string): RuleQuery {
  const { metric, matchers } = selector
  const choosing = matchers.filter(isOfService)
  const ofService =
    choosing.length > 0 ? choosing.map(matcherText) : [`${SERVICE_LABEL}=${quoted(service)}`]
  const written = matchers.map(matcherText)
  const own = choosing.length > 0 ? written : [...ofService, ...written]
  return {
    kind: 'selector',
    query,
    metric,
    hasBucketMatcher: matchers.some(({ name }) => name === BUCKET_LABEL),
    with: (more, other = metric ?? undefined) => selectorText(other, [...own, ...more]),
    everything: selectorText(metric ?? undefined, ofService),
  }
}

function selectorText(metric: string | undefined, matchers: readonly string[]): string {
  const plain = metric === undefined || /^[a-z_:][\w:]*$/iu.test(metric)
  const all = plain ? matchers : [quoted(metric), ...matchers]
  return `${plain ? (metric ?? '') : ''}{${all.join(',')}}`
}
