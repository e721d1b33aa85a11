// The JSON Schema of plimsoll.config, for editors: written by `npm run docs`, and held to the validator's verdicts by tests.
import { FETCH_DEFAULTS } from '@plimsoll/fetch'
import { INSTRUMENTS, NAMESPACE } from '@plimsoll/semconv'
import { CONFIG_DEFAULTS } from '../src/config/config.ts'
import {
  above,
  count,
  flag,
  NO_PROTOTYPE,
  object,
  orNull,
  orOff,
  section,
  text,
  words,
  type Schema,
} from './config-schema-parts.ts'
import { OF_SOURCE, POLICIES } from './config-schema-policies.ts'

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
        propertyNames: { pattern: HOST, ...NO_PROTOTYPE },
        additionalProperties: orNull({ $ref: '#/$defs/hostOptions' }),
      },
      'Policies by host: `api.example.org`, `api.example.org:8443`, `*.example.org`, `127.0.0.1:*`. The most exact holds.',
    ),
    profiles: orNull(
      {
        type: 'object',
        propertyNames: NO_PROTOTYPE,
        additionalProperties: orNull({ $ref: '#/$defs/policies' }),
      },
      'Sets of policies that hosts name.',
    ),
    sources: orNull(
      {
        type: 'object',
        propertyNames: NO_PROTOTYPE,
        additionalProperties: orNull({ $ref: '#/$defs/source' }),
      },
      'Logical providers that fallbacks ask, by name.',
    ),
    fallbacks: orNull(
      {
        type: 'object',
        propertyNames: NO_PROTOTYPE,
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
          ...NO_PROTOTYPE,
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
