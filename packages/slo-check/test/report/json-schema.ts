/** The part of JSON Schema that the report's schema uses. */
export interface JsonSchema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly minimum?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
  readonly minItems?: number
  readonly maxItems?: number
  readonly [annotation: string]: unknown
}

const ANNOTATIONS = new Set(['$schema', 'title', 'description', '$defs'])

/** Where a value breaks a schema; unknown keywords, and fields that the schema does not name, count as breaks too. */
export function breaksOf(value: unknown, schema: JsonSchema, root = schema, path = '$'): string[] {
  const { $ref, ...rest } = schema
  const referred = $ref === undefined ? undefined : root.$defs?.[$ref.replace('#/$defs/', '')]
  const breaks = Object.entries(rest).flatMap(([keyword, wanted]) => {
    if (ANNOTATIONS.has(keyword)) return []
    const test = KEYWORDS[keyword]
    return test === undefined
      ? [`${path}: unknown keyword ${keyword}`]
      : test({ value, wanted, root, path })
  })
  const named = referred === undefined ? [] : breaksOf(value, referred, root, path)
  return [...breaks, ...named]
}

interface Case {
  readonly value: unknown
  readonly wanted: unknown
  readonly root: JsonSchema
  readonly path: string
}

const KEYWORDS: Readonly<Record<string, (given: Case) => string[]>> = {
  type: ({ value, wanted, path }) => {
    const types = [wanted].flat()
    const matches =
      types.includes(typeOf(value)) || (types.includes('number') && typeOf(value) === 'integer')
    return matches ? [] : [`${path}: is ${typeOf(value)}, not ${types.join(' or ')}`]
  },
  const: ({ value, wanted, path }) =>
    value === wanted ? [] : [`${path}: is not ${String(wanted)}`],
  enum: ({ value, wanted, path }) =>
    (wanted as unknown[]).includes(value) ? [] : [`${path}: ${String(value)} is not allowed`],
  pattern: ({ value, wanted, path }) =>
    new RegExp(String(wanted), 'u').test(String(value))
      ? []
      : [`${path}: ${String(value)} does not match`],
  minimum: ({ value, wanted, path }) =>
    Number(value) >= Number(wanted) ? [] : [`${path}: too small`],
  minItems: ({ value, wanted, path }) =>
    (value as unknown[]).length >= Number(wanted) ? [] : [`${path}: too few items`],
  maxItems: ({ value, wanted, path }) =>
    (value as unknown[]).length <= Number(wanted) ? [] : [`${path}: too many items`],
  required: ({ value, wanted, path }) =>
    (wanted as string[]).flatMap((name) =>
      value === null || Object.hasOwn(value as object, name) ? [] : [`${path}.${name}: missing`],
    ),
  items: ({ value, wanted, root, path }) =>
    (value as unknown[]).flatMap((item, index) =>
      breaksOf(item, wanted as JsonSchema, root, `${path}[${index}]`),
    ),
  properties: ({ value, wanted, root, path }) =>
    Object.entries(value ?? {}).flatMap(([name, inner]) => {
      const known = (wanted as Record<string, JsonSchema>)[name]
      return known === undefined
        ? [`${path}.${name}: not in the schema`]
        : breaksOf(inner, known, root, `${path}.${name}`)
    }),
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}
