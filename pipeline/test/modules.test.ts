import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildArguments } from '../src/go.ts'
import { MODULES, releaseOf, sourcesOf } from '../src/modules.ts'

const module = (name: string) => {
  const found = MODULES.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no module ${name}`)
  return found
}

describe('the Go modules of the pipeline', () => {
  it('tell the releases that they build, Prometheus by the number that its makers use', () => {
    expect(releaseOf(module('collector'))).toMatch(/^0\.\d+\.\d+$/u)
    expect(releaseOf(module('prometheus'))).toMatch(/^3\.\d+\.\d+$/u)
  })

  it('write the release into the programs', () => {
    expect(buildArguments(module('collector'))).toContain(
      `-ldflags=-s -w -X main.version=${releaseOf(module('collector'))}`,
    )
    expect(buildArguments(module('prometheus')).join(' ')).toContain(
      `/version.Version=${releaseOf(module('prometheus'))}`,
    )
  })

  it('are built from committed sums and nothing else', () => {
    for (const each of MODULES) {
      expect(buildArguments(each)).toContain('-mod=readonly')
      const names = sourcesOf(each).map((file) => basename(file))
      expect(names).toEqual(expect.arrayContaining(['go.mod', 'go.sum']))
    }
    expect(sourcesOf(module('collector')).map((file) => basename(file))).toContain('components.go')
  })
})
