// The JSON Schema of plimsoll.config, for editors: written by `npm run docs`, and held to the validator's verdicts by tests.
import { FETCH_DEFAULTS } from '@plimsoll/fetch'
import {
  BREAKER_DEFAULTS,
  LIMITER_DEFAULTS,
  RETRY_BUDGET_DEFAULTS,
  RETRY_DEFAULTS,
} from '@plimsoll/policies'
import { INSTRUMENTS, NAMESPACE } from '@plimsoll/semconv'
import { CONFIG_DEFAULTS } from '../src/config/config.ts'

type Schema = Readonly<Record<string, unknown>>

/** The schema as it is published. */
export function configSchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `https://unpkg.com/@plimsoll/register/plimsoll.config.schema.json`,
    title: 'plimsoll.config',
    description: 'Configuration of @plimsoll/register: plimsoll.config.yaml, .yml or .json.',
    ...section({ service, fetch, observe, metrics, files, $schema: SCHEMA_KEY }),
    $defs: {
      policies: object(POLICIES, 'A set of policies.'),
      hostOptions: object(
        { ...POLICIES, profile, required },
        'The policies of one host, or the defaults of all.',
      ),
      source: object(
        {
          role: text('What the calls are for; the role of the host by default.'),
          breaker: orOff(
            object(OF_SOURCE, 'A circuit breaker of the source.'),
            'A circuit breaker of its own; none by default.',
            false,
          ),
          timeoutMs: above(0, 'Milliseconds for the call and for reading its body.'),
        },
        'A logical provider, which may span hosts.',
      ),
      fallback: object(
        {
          deadlineMs: above(0, 'Milliseconds for all tiers together.'),
          tiers: {
            description: 'The best tier first.',
            type: 'array',
            minItems: 1,
            items: object(
              {
                name: text('Name of the tier: an attribute of metrics.'),
                sources: {
                  description: 'Names of `sources`, in the order in which they are asked.',
                  type: 'array',
                  minItems: 1,
                  uniqueItems: true,
                  items: { type: 'string', minLength: 1 },
                },
              },
              'Sources of equal worth.',
              ['name', 'sources'],
            ),
          },
        },
        'Which sources are asked, in which order.',
        ['tiers'],
      ),
    },
  }
}

/** As it is written to the file. */
export function configSchemaText(): string {
  return `${JSON.stringify(configSchema(), undefined, 2)}\n`
}

const SCHEMA_KEY = words('Where this schema lies, for editors.')

const profile = text('Name of one of `profiles`; it holds where the host itself says nothing.')
const required = flag(
  'Whether the program can do nothing without the host: `health()` is then down when it is down.',
  false,
)

const limiter = orOff(
  object(
    {
      ratePerSecond: above(0, 'Requests a second in the long run; may be a fraction.'),
      burst: atLeast(1, 'Requests that may go at once after a pause.', LIMITER_DEFAULTS.burst),
      maxDelayMs: atLeast(
        0,
        'Milliseconds of the longest wait: who would wait longer is refused at once. No limit by default.',
      ),
    },
    'A rate limit.',
    ['ratePerSecond'],
  ),
  'A rate limit; `false` is none.',
  false,
)

const statusList = (description: string, standard?: readonly number[]): Schema => ({
  description,
  type: 'array',
  items: { type: 'integer', minimum: 100, maximum: 599 },
  ...(standard === undefined ? {} : { default: standard }),
})

const B = BREAKER_DEFAULTS
/** The numbers of a breaker of a source, which has no statuses of its own. */
const OF_SOURCE: Readonly<Record<string, Schema>> = {
  failureRate: {
    ...above(0, 'Share of failures in the window at which the breaker opens.', B.failureRate),
    maximum: 1,
  },
  minimumCalls: count('Outcomes that the window must hold before the rate counts.', B.minimumCalls),
  windowMs: above(0, 'Milliseconds of the rolling window.', B.windowMs),
  consecutiveFailures: count('Failures in a row that open the breaker; off by default.'),
  openMs: above(0, 'Milliseconds until an open breaker admits a probe.', B.openMs),
  maxOpenMs: above(0, 'Milliseconds that `openMs` grows to; at least `openMs`.', B.maxOpenMs),
  backoffFactor: atLeast(1, 'Growth of the open time with every failed probe.', B.backoffFactor),
  jitter: {
    ...atLeast(0, 'Share of the open time that is drawn at random.', B.jitter),
    maximum: 1,
  },
  halfOpenProbes: count('Probes in flight at once while half open.', B.halfOpenProbes),
  successesToClose: count('Successful probes that close the breaker.', B.successesToClose),
  probeTimeoutMs: above(
    0,
    'Milliseconds after which a probe without outcome counts as failed.',
    B.probeTimeoutMs,
  ),
}
const breaker = orOff(
  object(
    {
      ...OF_SOURCE,
      failureStatuses: statusList('Statuses that count as failures: 500 to 599 by default.'),
    },
    'A circuit breaker.',
  ),
  'A circuit breaker; `false` is none.',
)

const T = RETRY_DEFAULTS
const budget = orOff(
  object(
    {
      ratio: atLeast(0, 'Retries that each call pays for.', RETRY_BUDGET_DEFAULTS.ratio),
      minPerSecond: atLeast(
        0,
        'Retries a second that are free.',
        RETRY_BUDGET_DEFAULTS.minPerSecond,
      ),
      windowMs: above(
        0,
        'Milliseconds for which a call pays and a retry counts.',
        RETRY_BUDGET_DEFAULTS.windowMs,
      ),
    },
    'What share of the requests to a host may be retries.',
  ),
  'What retries are paid from; `false` lifts it.',
)
const retry = orOff(
  object(
    {
      maxRetries: {
        description: 'Retries after the first attempt.',
        type: 'integer',
        minimum: 0,
        default: T.maxRetries,
      },
      baseDelayMs: atLeast(
        0,
        'Milliseconds of the first backoff’s ceiling; it doubles.',
        T.baseDelayMs,
      ),
      maxDelayMs: atLeast(0, 'Milliseconds that the ceiling grows to.', T.maxDelayMs),
      retryAfterCapMs: atLeast(
        0,
        'Milliseconds of the longest `Retry-After` that is waited for.',
        T.retryAfterCapMs,
      ),
      methods: {
        description: 'Methods that may be sent twice.',
        type: 'array',
        items: { type: 'string', pattern: '^[A-Z][A-Z-]*$' },
        default: FETCH_DEFAULTS.retryMethods,
      },
      statuses: statusList('Statuses worth another attempt.', FETCH_DEFAULTS.retryStatuses),
      budget,
    },
    'Retries with backoff and jitter.',
  ),
  'Retries; `false` is none.',
)

const POLICIES: Readonly<Record<string, Schema>> = {
  role: text(
    'What calls to the host are for: one word of a small vocabulary, an attribute of metrics.',
  ),
  limiter,
  breaker,
  retry,
  timeoutMs: orOff(
    above(0, 'Milliseconds.'),
    'Milliseconds of one attempt, to its response headers; `false` is no limit.',
    FETCH_DEFAULTS.timeoutMs,
  ),
  deadlineMs: orOff(
    above(0, 'Milliseconds.'),
    'Milliseconds of a whole call to its response headers, waits and retries included; `false` is no limit.',
    false,
  ),
}

/** As `parsePattern` reads it; the port is looked at there. */
const PORT = String.raw`(:(\*|[0-5]?\d{1,4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5]))?`
const LABEL = String.raw`(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9_]([a-zA-Z0-9._-]*[a-zA-Z0-9_])?)`
const HOST = String.raw`^(\*|(\*\.)?${LABEL})${PORT}$`

const cache: Schema = {
  description: 'The HTTP cache (RFC 9111), in memory: `true` for its defaults.',
  default: false,
  oneOf: [
    { type: 'boolean' },
    object(
      {
        maxEntries: count('Responses kept at most.', FETCH_DEFAULTS.cacheEntries),
        maxBytes: count('Bytes of bodies kept at most.', FETCH_DEFAULTS.cacheBytes),
        maxEntryBytes: count('A body of more bytes is not kept.', FETCH_DEFAULTS.cacheEntryBytes),
        type: {
          description: '`private` also keeps what only this user may see.',
          enum: ['shared', 'private'],
          default: 'shared',
        },
        roles: {
          description: 'Only calls of these roles use the cache; all by default.',
          type: 'array',
          minItems: 1,
          items: { type: 'string', minLength: 1 },
        },
      },
      'The HTTP cache.',
    ),
  ],
}

const fetch = section(
  {
    defaults: orNull({ $ref: '#/$defs/hostOptions' }, 'Policies of every host.'),
    hosts: orNull(
      {
        type: 'object',
        propertyNames: { pattern: HOST, ...NO_PROTOTYPE() },
        additionalProperties: orNull({ $ref: '#/$defs/hostOptions' }),
      },
      'Policies by host: `api.example.org`, `api.example.org:8443`, `*.example.org`, `127.0.0.1:*`. The most exact holds.',
    ),
    profiles: orNull(
      {
        type: 'object',
        propertyNames: NO_PROTOTYPE(),
        additionalProperties: orNull({ $ref: '#/$defs/policies' }),
      },
      'Sets of policies that hosts name.',
    ),
    sources: orNull(
      {
        type: 'object',
        propertyNames: NO_PROTOTYPE(),
        additionalProperties: orNull({ $ref: '#/$defs/source' }),
      },
      'Logical providers that fallbacks ask, by name.',
    ),
    fallbacks: orNull(
      {
        type: 'object',
        propertyNames: NO_PROTOTYPE(),
        additionalProperties: { $ref: '#/$defs/fallback' },
      },
      'Tiers of sources, by a name of the program’s.',
    ),
    cache,
    integrity: flag('Whether a declared `Content-Digest` or `Repr-Digest` is verified.', true),
    redact: object(
      {
        allowQuery: {
          description: 'Query parameters whose values spans may show.',
          type: 'array',
          items: { type: 'string', minLength: 1 },
        },
        allowPath: flag('Whether spans show the path of a URL.', false),
      },
      'What spans may show of URLs.',
    ),
    maxHosts: count('Hosts whose state is kept.', FETCH_DEFAULTS.maxHosts),
  },
  'Policies of the global `fetch`; without this section it is observed only. `defaults`, `hosts` and `profiles` hold as soon as the file is changed.',
)

const service = section(
  {
    name: words('Name of the program in its telemetry.'),
    version: words('Version of the program; quote a number.'),
  },
  'The program.',
)

const observe = section(
  {
    http: flag('Measure what `node:http` and `node:https` do.', CONFIG_DEFAULTS.observe.http),
    undici: flag('Measure undici’s `request` and clients.', CONFIG_DEFAULTS.observe.undici),
  },
  'What is measured beside the global `fetch`.',
)

const histograms = Object.values(INSTRUMENTS).filter(({ kind }) => kind === 'histogram')
const foreign = { pattern: `^(?!${NAMESPACE.replaceAll('.', String.raw`\.`)}\\.)` }
const metrics = section(
  {
    boundaries: orNull(
      {
        type: 'object',
        propertyNames: {
          anyOf: [{ enum: histograms.map(({ name }) => name) }, foreign],
          ...NO_PROTOTYPE(),
        },
        additionalProperties: { type: 'array', minItems: 1, items: { type: 'number' } },
      },
      'Boundaries to add to histograms, by instrument, in its unit.',
    ),
    maxHosts: {
      ...count('Hosts told apart on metrics.', CONFIG_DEFAULTS.metrics.maxHosts),
      maximum: 10_000,
    },
  },
  'Metrics.',
)

const files = section(
  {
    dir: {
      ...words('Folder of runs and key, relative to the working folder.'),
      default: CONFIG_DEFAULTS.files.dir,
    },
    keepRuns: {
      ...count('Runs kept when a new one begins.', CONFIG_DEFAULTS.files.keepRuns),
      maximum: 100_000,
    },
    maxMegabytes: {
      ...count('Megabytes (10^6 bytes) of one run.', CONFIG_DEFAULTS.files.maxMegabytes),
      maximum: 1_000_000,
    },
  },
  'Files of runs.',
)

function NO_PROTOTYPE(): Schema {
  return { not: { enum: ['__proto__', 'constructor', 'prototype'] } }
}

function object(
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
function section(properties: Readonly<Record<string, Schema>>, description?: string): Schema {
  return {
    ...(description === undefined ? {} : { description }),
    type: ['object', 'null'],
    properties,
    additionalProperties: false,
  }
}

function orNull(schema: Schema, description?: string): Schema {
  return {
    ...(description === undefined ? {} : { description }),
    oneOf: [schema, { type: 'null' }],
  }
}

function orOff(schema: Schema, description: string, standard?: unknown): Schema {
  return {
    description,
    ...(standard === undefined ? {} : { default: standard }),
    oneOf: [schema, { const: false }],
  }
}

function text(description: string): Schema {
  return { description, type: 'string', minLength: 1 }
}

/** A text that is not blank. */
function words(description: string): Schema {
  return { description, type: 'string', pattern: String.raw`\S` }
}

function flag(description: string, standard: boolean): Schema {
  return { description, type: 'boolean', default: standard }
}

function count(description: string, standard?: number): Schema {
  return { description, type: 'integer', minimum: 1, ...defaulted(standard) }
}

function atLeast(minimum: number, description: string, standard?: number): Schema {
  return { description, type: 'number', minimum, ...defaulted(standard) }
}

function above(exclusiveMinimum: number, description: string, standard?: number): Schema {
  return { description, type: 'number', exclusiveMinimum, ...defaulted(standard) }
}

function defaulted(standard: number | undefined): Schema {
  return standard === undefined ? {} : { default: standard }
}
