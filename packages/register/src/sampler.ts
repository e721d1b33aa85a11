import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace'
import { set, type Environment } from './environment.ts'

/** The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` ask for; every trace by default. */
export function samplerOf(env: Environment): { sampler: Sampler; problem: string | undefined } {
  const name = set(env['OTEL_TRACES_SAMPLER']) ?? 'parentbased_always_on'
  const root = rootSampler(name.replace(/^parentbased_/u, ''), env)
  if (root === undefined) {
    const sampler = new ParentBasedSampler({ root: new AlwaysOnSampler() })
    return {
      sampler,
      problem: `OTEL_TRACES_SAMPLER=${name} is not supported; every trace is sampled`,
    }
  }
  const sampler = name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root
  return { sampler, problem: undefined }
}

function rootSampler(name: string, env: Environment): Sampler | undefined {
  if (name === 'always_on') return new AlwaysOnSampler()
  if (name === 'always_off') return new AlwaysOffSampler()
  if (name !== 'traceidratio') return undefined
  const ratio = Number(set(env['OTEL_TRACES_SAMPLER_ARG']) ?? 1)
  return new TraceIdRatioBasedSampler(ratio >= 0 && ratio <= 1 ? ratio : 1)
}
