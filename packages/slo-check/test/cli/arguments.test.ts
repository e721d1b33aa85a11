import { describe, expect, test } from 'vitest'
import { checkArguments } from '../../src/cli/check-arguments.ts'

test('a spec file is enough', () => {
  expect(checkArguments(['slo.yaml'])).toEqual({
    specs: ['slo.yaml'],
    choice: { dir: '.plimsoll', run: null, otlp: [] },
    server: null,
    windowSeconds: null,
    at: null,
    report: null,
    output: null,
    explain: false,
    color: true,
  })
})

test('--otlp takes all files that follow, as shells expand patterns; YAML files are specs', () => {
  const { specs, choice } = checkArguments([
    'a.yaml',
    '--otlp',
    'x.jsonl',
    'y.json',
    'b.yml',
    '--run',
    'r',
    'c',
  ])

  expect(specs).toEqual(['a.yaml', 'b.yml', 'c'])
  expect(choice).toEqual({ dir: '.plimsoll', run: 'r', otlp: ['x.jsonl', 'y.json'] })
})

describe('what is wrong is named:', () => {
  test.each([
    [[], 'no spec file given; for example: slo-check slo.yaml'],
    [['slo.yaml', '--explian'], 'unknown option --explian; did you mean `--explain`?'],
    [['slo.yaml', '--report', 'xml'], '--report must be one of table, json, got "xml"'],
    [['slo.yaml', '--report='], '--report needs a value'],
    [['slo.yaml', '--run', ''], '--run needs a value'],
    [['slo.yaml', '--otlp', ''], '--otlp needs a value'],
    [['slo.yaml', '--explain=yes'], /^Option '--explain' does not take an argument/u],
    [['slo.yaml', '--run'], /^Option '--run <value>' argument missing/u],
  ])('%j', (args, message) => {
    const parse = (): unknown => checkArguments(args)

    expect(parse).toThrow(expect.objectContaining({ code: 'ERR_PLIMSOLL_USAGE' }))
    expect(parse).toThrow(message)
  })
})
