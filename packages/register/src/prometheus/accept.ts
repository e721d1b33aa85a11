/** Forms of the text that servers scrape. */
export type Exposition = 'text' | 'openmetrics'

const VERSIONS = { text: '0.0.4', openmetrics: '1.0.0' } as const

export const CONTENT_TYPES = {
  text: `text/plain; version=${VERSIONS.text}; charset=utf-8`,
  openmetrics: `application/openmetrics-text; version=${VERSIONS.openmetrics}; charset=utf-8`,
} as const

interface Range {
  readonly type: string
  readonly version: string | undefined
  readonly quality: number
}

/**
 * The form that an `Accept` header prefers (RFC 9110, section 12.5.1). OpenMetrics only where it is asked for by name; the
 * classic text for everyone else, also where neither is acceptable: it can be read by a person.
 */
export function negotiate(accept: string | undefined): Exposition {
  const ranges = (accept ?? '').split(',').map(rangeOf)
  const openmetrics = qualityOf(ranges, ['application/openmetrics-text'], VERSIONS.openmetrics)
  const text = qualityOf(ranges, ['text/plain', 'text/*', '*/*'], VERSIONS.text)
  return openmetrics > 0 && openmetrics >= text ? 'openmetrics' : 'text'
}

/** Of the most specific range that matches, the highest quality; 0 when none does. */
function qualityOf(ranges: readonly Range[], types: readonly string[], version: string): number {
  for (const type of types) {
    const matching = ranges.filter(
      (range) => range.type === type && (range.version ?? version) === version,
    )
    if (matching.length > 0) return Math.max(...matching.map(({ quality }) => quality))
  }
  return 0
}

function rangeOf(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const values = new Map(
    parameters.map((parameter) => {
      const [name = '', value = ''] = parameter.split('=').map((part) => part.trim())
      return [name, value.replaceAll('"', '')] as const
    }),
  )
  const quality = Number(values.get('q') ?? 1)
  return {
    type,
    version: values.get('version'),
    quality: quality >= 0 && quality <= 1 ? quality : 0,
  }
}
