import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace'
import { set, type Environment } from './environment.ts'

/** The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` ask for; every trace by default. */
export function samplerOf(env: Environment): { sampler: Sampler; problems: readonly string[] } {
  const name = set(env['OTEL_TRACES_SAMPLER'])?.toLowerCase() ?? 'parentbased_always_on'
  const problems: string[] = []
  const root = rootSampler(name.replace(/^parentbased_/u, ''), env, problems)
  if (root === undefined) {
    const sampler = new ParentBasedSampler({ root: new AlwaysOnSampler() })
    problems.push(`OTEL_TRACES_SAMPLER=${name} is not supported; every trace is sampled`)
    return { sampler, problems }
  }
  const sampler = name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root
  return { sampler, problems }
}

function rootSampler(name: string, env: Environment, problems: string[]): Sampler | undefined {
  if (name === 'traceidratio') return new TraceIdRatioBasedSampler(ratioOf(env, problems))
  if (name === 'always_on') return new AlwaysOnSampler()
  if (name === 'always_off') return new AlwaysOffSampler()
  return undefined
}

function ratioOf(env: Environment, problems: string[]): number {
  const asked = set(env['OTEL_TRACES_SAMPLER_ARG'])
  const ratio = Number(asked ?? 1)
  if (ratio >= 0 && ratio <= 1) return ratio
  problems.push(`OTEL_TRACES_SAMPLER_ARG=${asked} is no number from 0 to 1; every trace is sampled`)
  return 1
}
