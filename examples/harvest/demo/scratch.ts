import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HOST_NAMES, HOSTS, type HostName } from '../origin/catalogue.ts'

const harvestFolder = join(import.meta.dirname, '..')

/**
 * An empty folder to run in, with the harvester's configuration for an origin at these ports. Below the example, so that
 * `-r @plimsoll/register` is found as in any project.
 */
export function createScratch(name: string, ports: Readonly<Record<HostName, number>>): string {
  const folder = join(harvestFolder, '.work', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const config = readFileSync(join(harvestFolder, 'plimsoll.config.yaml'), 'utf8')
  writeFileSync(join(folder, 'plimsoll.config.yaml'), withPorts(config, ports))
  return folder
}

function withPorts(config: string, ports: Readonly<Record<HostName, number>>): string {
  return HOST_NAMES.reduce((text, host) => {
    const fixed = `127.0.0.1:${HOSTS[host].port}:`
    if (!text.includes(fixed)) throw new Error(`plimsoll.config.yaml does not name ${fixed}`)
    return text.replace(fixed, `127.0.0.1:${ports[host]}:`)
  }, config)
}
