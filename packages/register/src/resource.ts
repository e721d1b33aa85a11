import { basename, extname } from 'node:path'
import type { Attributes } from '@opentelemetry/api'
import { defaultResource, resourceFromAttributes, type Resource } from '@opentelemetry/resources'
import { ATTRIBUTES } from '@plimsoll/semconv'
import { set, type Environment } from './environment.ts'
import type { Config } from './config/config.ts'
import type { Program } from './program.ts'
import type { Identity } from './run/identity.ts'

/** The program's name and version, as telemetry and `run.json` give them. */
export interface Service {
  readonly name: string
  readonly version: string | undefined
}

/** What `OTEL_RESOURCE_ATTRIBUTES` says; one bad pair voids the whole variable, as the specification asks. */
export function environmentAttributes(env: Environment): {
  attributes: Attributes
  problem: string | undefined
} {
  const value = set(env['OTEL_RESOURCE_ATTRIBUTES'])
  const attributes: Attributes = {}
  for (const pair of (value ?? '').split(',').filter((text) => text.trim() !== '')) {
    const [key, text, ...more] = pair.split('=').map((part) => decoded(part.trim()))
    if (key === undefined || key === '' || text === undefined || more.length > 0) {
      const problem = `OTEL_RESOURCE_ATTRIBUTES is ignored: ${JSON.stringify(pair)} is no key=value with , and = percent-encoded`
      return { attributes: {}, problem }
    }
    attributes[key] = text
  }
  return { attributes, problem: undefined }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    // A lone percent sign: the caller says so, with the pair.
    return undefined
  }
}

/** The name: configuration, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `package.json` of the project, the process that started this one, main script. */
export function serviceOf(
  config: Config,
  env: Environment,
  attributes: Attributes,
  { program, parent }: { readonly program: Program; readonly parent: string | undefined },
): Service {
  const owner = program.project?.isWorkspaceRoot === true ? undefined : program.project
  const given = (key: string): string | undefined => {
    const value = attributes[key]
    return typeof value === 'string' ? set(value) : undefined
  }
  const script = basename(program.script ?? program.command)
  return {
    name:
      config.service.name ??
      set(env['OTEL_SERVICE_NAME']) ??
      given(ATTRIBUTES.serviceName.key) ??
      owner?.name ??
      parent ??
      basename(script, extname(script)),
    version: config.service.version ?? given(ATTRIBUTES.serviceVersion.key) ?? owner?.version,
  }
}

/** The resource of everything that this process or worker emits. */
export function resourceOf(service: Service, identity: Identity, attributes: Attributes): Resource {
  const ours: Attributes = {
    [ATTRIBUTES.serviceName.key]: service.name,
    [ATTRIBUTES.serviceInstanceId.key]: identity.instance,
    [ATTRIBUTES.runId.key]: identity.runId,
  }
  if (service.version !== undefined) ours[ATTRIBUTES.serviceVersion.key] = service.version
  return defaultResource().merge(resourceFromAttributes({ ...attributes, ...ours }))
}
