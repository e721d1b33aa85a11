// The words that the schema of plimsoll.config is made of.

/** A JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>

/** Of a name that is a key. */
export const NO_PROTOTYPE: Schema = { not: { const: '__proto__' } }

export function object(
  properties: Readonly<Record<string, Schema>>,
  description: string,
  needed: readonly string[] = [],
): Schema {
  return {
    description,
    type: 'object',
    properties,
    ...(needed.length === 0 ? {} : { required: needed }),
    additionalProperties: false,
  }
}

/** A key with nothing behind it says nothing. */
export function section(
  properties: Readonly<Record<string, Schema>>,
  description?: string,
): Schema {
  return {
    ...(description === undefined ? {} : { description }),
    type: ['object', 'null'],
    properties,
    additionalProperties: false,
  }
}

export function orNull(schema: Schema, description?: string): Schema {
  return {
    ...(description === undefined ? {} : { description }),
    oneOf: [schema, { type: 'null' }],
  }
}

export function orOff(schema: Schema, description: string, standard?: unknown): Schema {
  return {
    description,
    ...(standard === undefined ? {} : { default: standard }),
    oneOf: [schema, { const: false }],
  }
}

export function text(description: string): Schema {
  return { description, type: 'string', minLength: 1 }
}

/** A text that is not blank. */
export function words(description: string): Schema {
  return { description, type: 'string', pattern: String.raw`\S` }
}

export function flag(description: string, standard: boolean): Schema {
  return { description, type: 'boolean', default: standard }
}

export function count(description: string, standard?: number): Schema {
  return { description, type: 'integer', minimum: 1, ...defaulted(standard) }
}

export function atLeast(minimum: number, description: string, standard?: number): Schema {
  return { description, type: 'number', minimum, ...defaulted(standard) }
}

export function above(exclusiveMinimum: number, description: string, standard?: number): Schema {
  return { description, type: 'number', exclusiveMinimum, ...defaulted(standard) }
}

function defaulted(standard: number | undefined): Schema {
  return standard === undefined ? {} : { default: standard }
}
