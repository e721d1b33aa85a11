import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace'
import type { Sampling } from '@plimsoll/telemetry'
import { set, type Environment } from './environment.ts'

/** What `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` ask for; every trace by default. */
export function samplingOf(env: Environment): {
  readonly sampling: Sampling
  readonly problems: readonly string[]
} {
  const name = set(env['OTEL_TRACES_SAMPLER'])?.toLowerCase() ?? 'parentbased_always_on'
  const problems: string[] = []
  const ratio = rootRatio(name.replace(/^parentbased_/u, ''), env, problems)
  if (ratio === undefined) {
    problems.push(`OTEL_TRACES_SAMPLER=${name} is not supported; every trace is sampled`)
    return { sampling: { parentBased: true, ratio: 1 }, problems }
  }
  return { sampling: { parentBased: name.startsWith('parentbased_'), ratio }, problems }
}

function rootRatio(name: string, env: Environment, problems: string[]): number | undefined {
  if (name === 'traceidratio') return ratioOf(env, problems)
  if (name === 'always_on') return 1
  return name === 'always_off' ? 0 : undefined
}

function ratioOf(env: Environment, problems: string[]): number {
  const asked = set(env['OTEL_TRACES_SAMPLER_ARG'])
  const ratio = Number(asked ?? 1)
  if (ratio >= 0 && ratio <= 1) return ratio
  problems.push(`OTEL_TRACES_SAMPLER_ARG=${asked} is no number from 0 to 1; every trace is sampled`)
  return 1
}

/** The sampler of the SDK that decides likewise, for the program's own spans. */
export function samplerOf({ parentBased, ratio }: Sampling): Sampler {
  const root = rootSampler(ratio)
  return parentBased ? new ParentBasedSampler({ root }) : root
}

function rootSampler(ratio: number): Sampler {
  if (ratio === 1) return new AlwaysOnSampler()
  return ratio === 0 ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(ratio)
}
