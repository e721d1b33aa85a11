import { at, json, type PlatformCase } from './platform/case.ts'
import { ABORTS, FAILURES } from './platform/failures.ts'
import { BODIES, REQUESTS } from './platform/requests.ts'
import { REDIRECTS, RESPONSES } from './platform/responses.ts'

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
  ...REQUESTS,
  ...BODIES,
  ...RESPONSES,
  ...REDIRECTS,
  ...ABORTS,
  ...FAILURES,
]
