import { relative } from 'node:path'
import { SIGNALS, type Signal } from '@plimsoll/semconv'
import type { Owners } from './api-globals.ts'
import type { Settings } from './settings.ts'
import { VERSION } from './version.ts'

/** The one line that says what is on, and where telemetry goes. */
export function banner(settings: Settings, owners: Owners, cwd: string): string {
  const { identity, config, configFile } = settings
  const what =
    config.fetch === undefined
      ? 'fetch is observed'
      : `fetch is under the policies of ${relative(cwd, configFile ?? '')}`
  return `${VERSION}, run ${identity.runId}: ${what}; ${whither(settings, owners, cwd)}`
}

/** `telemetry goes to X`, or signal by signal where they part. */
function whither(settings: Settings, owners: Owners, cwd: string): string {
  const places = SIGNALS.map((signal) => ({
    signal,
    place: placeOf(signal, settings, owners, cwd),
  }))
  const [first, ...others] = places
  if (first !== undefined && others.every(({ place }) => place === first.place)) {
    return `telemetry goes ${first.place}`
  }
  return places.map(({ signal, place }) => `${signal} go ${place}`).join(', ')
}

const SDK = 'to the OpenTelemetry SDK that was here first'

function placeOf(signal: Signal, settings: Settings, owners: Owners, cwd: string): string {
  if (owners[signal] === 'ours') return ourPlaceOf(signal, settings, cwd)
  const destination = settings.otlp.destinations[signal]
  if (signal === 'traces' || destination.kind === 'none') return SDK
  const own = ourPlaceOf(signal, settings, cwd)
  return destination.kind === 'otlp' ? own : `${own} and ${SDK}`
}

function ourPlaceOf(signal: Signal, { otlp, folders }: Settings, cwd: string): string {
  const destination = otlp.destinations[signal]
  if (destination.kind === 'none') {
    return signal === 'metrics' && otlp.prometheus !== undefined ? 'to who scrapes' : 'nowhere'
  }
  if (destination.kind === 'file') return `to ${relative(cwd, folders.run) || folders.run}`
  // Without path and query: either may hold a key.
  return `to ${new URL(destination.endpoint.url).origin} by OTLP`
}
