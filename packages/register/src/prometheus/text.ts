import type { Exposition } from './accept.ts'
import { familyName, type Family } from './families.ts'

/**
 * The text of families, those of several instances joined: Prometheus text format 0.0.4, or OpenMetrics 1.0. Of two
 * instances that call one name by two types, the first is shown.
 */
export function textOf(instances: readonly (readonly Family[])[], exposition: Exposition): string {
  const joined = new Map<string, Family[]>()
  for (const family of instances.flat()) {
    const name = familyName(family, exposition)
    const known = joined.get(name)
    if (known === undefined) joined.set(name, [family])
    else if (known[0]?.type === family.type) known.push(family)
  }
  let text = ''
  for (const [first, ...others] of joined.values()) {
    if (first === undefined) continue
    text += header(first, exposition) + first.samples
    for (const other of others) text += other.samples
  }
  return exposition === 'text' ? text : `${text}# EOF\n`
}

function header({ name, type, unit, help }: Family, exposition: Exposition): string {
  if (exposition === 'text') {
    const known = type === 'info' ? 'gauge' : type
    return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${known}\n`
  }
  const family = familyName({ name, type }, exposition)
  const ofUnit = unit !== '' && family.endsWith(`_${unit}`) ? `# UNIT ${family} ${unit}\n` : ''
  return `# TYPE ${family} ${type}\n${ofUnit}# HELP ${family} ${escaped(help).replaceAll('"', '\\"')}\n`
}

function escaped(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
