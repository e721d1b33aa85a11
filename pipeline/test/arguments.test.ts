import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseArguments } from '../src/arguments.ts'
import { ROOT } from '../src/paths.ts'
import { PipelineError } from '../src/pipeline-error.ts'

describe('the command line of npm run pipeline', () => {
  it('runs on the standard ports with its data in .plimsoll/pipeline when nothing is said', () => {
    expect(parseArguments([])).toEqual({
      kind: 'run',
      dir: join(ROOT, '.plimsoll', 'pipeline'),
      ports: 'standard',
    })
  })

  it('takes another folder and free ports', () => {
    expect(parseArguments(['--dir', 'data', '--free-ports'])).toEqual({
      kind: 'run',
      dir: 'data',
      ports: 'free',
    })
  })

  it('can build only, and help', () => {
    expect(parseArguments(['--build-only'])).toEqual({ kind: 'build' })
    expect(parseArguments(['-h', '--build-only'])).toEqual({ kind: 'help' })
  })

  it.each([['--prot'], ['--dir'], ['--dir='], ['data']])('refuses %s with a message', (...args) => {
    expect(() => parseArguments(args)).toThrow(PipelineError)
  })

  it('names the option that it does not know', () => {
    expect(() => parseArguments(['--prot', '1'])).toThrow(/--prot.*--help/su)
  })
})
