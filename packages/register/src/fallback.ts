import { PlimsollError } from '@plimsoll/policies'
import type { CallsBySource, FetchFallback } from '@plimsoll/fetch'
import { installedClient } from './process-client.ts'

/**
 * The fallback that the configuration calls `name` (`fetch.fallbacks`): tiers, breakers and time limits are the file's,
 * `calls` says by source how it is asked and its answer read.
 *
 * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID` for a name that is not there, or a source without its calls
 * @throws {PlimsollError} `ERR_PLIMSOLL_OPTION_INVALID` where the program runs without the preload, or without policies
 */
export function configuredFallback<Input, T>(
  name: string,
  calls: CallsBySource<Input, T>,
): FetchFallback<Input, T> {
  const client = installedClient()
  if (client !== undefined) return client.fallback(name, calls)
  throw new PlimsollError(
    'ERR_PLIMSOLL_OPTION_INVALID',
    `there is no fallback ${name}: the program runs without @plimsoll/register, or its configuration has no section fetch`,
  )
}
