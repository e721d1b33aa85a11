import { MORE_ABORTS } from './platform/aborts.ts'
import { at, json, type PlatformCase } from './platform/case.ts'
import { CONNECTIONS } from './platform/connections.ts'
import { DOWNLOADS, READINGS } from './platform/downloads.ts'
import { ENCODINGS } from './platform/encodings.ts'
import { ABORTS, FAILURES } from './platform/failures.ts'
import { REQUEST_FIELDS, RESPONSE_FIELDS } from './platform/header-fields.ts'
import { MORE_REDIRECTS } from './platform/redirects.ts'
import { OBJECTS, REQUEST_OBJECTS } from './platform/request-objects.ts'
import { BODIES, REQUESTS } from './platform/requests.ts'
import { REDIRECTS, RESPONSES } from './platform/responses.ts'
import { FRAMES, STATUSES } from './platform/statuses.ts'
import { UPLOADS, UPLOAD_TYPES } from './platform/uploads.ts'
import { URLS } from './platform/urls.ts'

const FUNCTION: readonly PlatformCase[] = [
  at('the function is called fetch and takes one argument', async (fetch) => [
    fetch.name,
    fetch.length,
    typeof fetch,
    Object.keys(fetch),
    Object.getOwnPropertySymbols(fetch).length,
  ]),
  at('many calls at once', async (fetch, base) => {
    const urls = Array.from({ length: 50 }, (_, index) => `${base}/echo?n=${index}`)
    const answers = await Promise.all(urls.map(async (url) => json(await fetch(url))))
    return answers.map((answer) => (answer as { readonly url: string }).url)
  }),
]

/**
 * What a program can see of fetch, case by case, each as a plain value: the same cases run over the platform's fetch, over
 * an observed one and over one under policies, in this process or in a child under the preload, and must give the same.
 * No test framework is imported here.
 */
export const platformCases: readonly PlatformCase[] = [
  ...FUNCTION,
  ...OBJECTS,
  ...URLS,
  ...REQUESTS,
  ...REQUEST_OBJECTS,
  ...REQUEST_FIELDS,
  ...BODIES,
  ...UPLOADS,
  ...UPLOAD_TYPES,
  ...RESPONSES,
  ...RESPONSE_FIELDS,
  ...STATUSES,
  ...FRAMES,
  ...DOWNLOADS,
  ...READINGS,
  ...ENCODINGS,
  ...REDIRECTS,
  ...MORE_REDIRECTS,
  ...ABORTS,
  ...MORE_ABORTS,
  ...CONNECTIONS,
  ...FAILURES,
]

/** What is no HTTP, the undici of Node 22 reads and names in other ways than undici 8, by which policed calls leave. */
export const READ_ELSEWISE_ON_NODE_22: readonly string[] = process.version.startsWith('v22.')
  ? [
      'a value that is continued on the next line',
      'fields that are no fields',
      'any status of three digits is one',
      'a frame that contradicts itself fails',
      'what is no HTTP fails',
    ]
  : []
