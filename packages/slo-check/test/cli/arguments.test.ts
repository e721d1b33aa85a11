import { describe, expect, test } from 'vitest'
import { parseArguments, type CheckCommand } from '../../src/cli/arguments.ts'

function checkCommand(...args: string[]): CheckCommand {
  const command = parseArguments(args)
  if (command.name !== 'check') throw new Error(command.name)
  return command
}

test('a spec file is enough', () => {
  expect(checkCommand('slo.yaml')).toEqual({
    name: 'check',
    specs: ['slo.yaml'],
    choice: { dir: '.plimsoll', run: null, otlp: [] },
    report: null,
    output: null,
    explain: false,
    color: true,
  })
})

test('--otlp takes all files that follow, as shells expand patterns; YAML files are specs', () => {
  const { specs, choice } = checkCommand(
    'a.yaml',
    '--otlp',
    'x.jsonl',
    'y.json',
    'b.yml',
    '--run',
    'r',
    'c',
  )

  expect(specs).toEqual(['a.yaml', 'b.yml', 'c'])
  expect(choice).toEqual({ dir: '.plimsoll', run: 'r', otlp: ['x.jsonl', 'y.json'] })
})

test('help and version need no spec', () => {
  expect(parseArguments(['--help']).name).toBe('help')
  expect(parseArguments(['-h']).name).toBe('help')
  expect(parseArguments(['--version']).name).toBe('version')
})

describe('what is wrong is named:', () => {
  test.each([
    [[], 'no spec file given; for example: slo-check slo.yaml'],
    [['slo.yaml', '--explian'], 'unknown option --explian; did you mean `--explain`?'],
    [['slo.yaml', '--report', 'xml'], '--report must be one of table, json, got "xml"'],
    [['slo.yaml', '--report='], '--report must be one of table, json, got ""'],
    [['slo.yaml', '--run', ''], '--run needs a value'],
    [['slo.yaml', '--otlp', ''], '--otlp needs a value'],
    [['slo.yaml', '--explain=yes'], /^Option '--explain' does not take an argument/u],
    [['slo.yaml', '--run'], /^Option '--run <value>' argument missing/u],
  ])('%j', (args, message) => {
    const parse = (): unknown => parseArguments(args)

    expect(parse).toThrow(expect.objectContaining({ code: 'ERR_PLIMSOLL_USAGE' }))
    expect(parse).toThrow(message)
  })
})
