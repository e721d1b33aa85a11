import { SloCheckError, parseSpecs } from '@plimsoll/slo-check'
import { describe, expect, test } from 'vitest'
import { faultsOf } from '../spec-faults.ts'
import { ratio, sloText } from '../spec-text.ts'
import { DOCUMENT_FAULTS } from './document-faults.ts'
import { OBJECTIVE_FAULTS } from './objective-faults.ts'

describe('a fault is named with its file, line and column:', () => {
  test.each([...DOCUMENT_FAULTS, ...OBJECTIVE_FAULTS])('%s', (_what, text, faults) => {
    expect(faultsOf([{ name: 'slo.yaml', text }])).toEqual(faults)
  })
})

test('all faults of all files are told at once, those of a file in its order', () => {
  const first = sloText({ objective: '{ target: 2 }', indicator: '{}' })
  const second = sloText({ name: 'Other' })

  const faults = faultsOf([
    { name: 'a.yaml', text: first },
    { name: 'b.yaml', text: second },
  ])

  expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
    'a.yaml:10:26:',
    'a.yaml:13:11:',
    'b.yaml:4:9:',
    'b.yaml:12:23:',
  ])
})

test('an SLO that two files define is named with the place of the first', () => {
  const faults = faultsOf([
    { name: 'a.yaml', text: sloText() },
    { name: 'b.yaml', text: sloText() },
  ])

  expect(faults).toEqual(['b.yaml:4:9: the SLO `promise` is already defined at a.yaml:4:9'])
})

test('an SLI defined twice is named with the place of the first', () => {
  const sli = `apiVersion: openslo/v1\nkind: SLI\nmetadata: { name: same }\nspec: ${ratio('a', 'b')}\n`

  const faults = faultsOf([{ name: 'slo.yaml', text: `${sli}---\n${sli}---\n${sloText()}` }])

  expect(faults).toEqual(['slo.yaml:8:19: the SLI `same` is already defined at slo.yaml:3:19'])
})

test('an empty file beside a good one is a mistake', () => {
  const faults = faultsOf([
    { name: 'a.yaml', text: sloText() },
    { name: 'b.yaml', text: '' },
  ])

  expect(faults).toEqual([
    'b.yaml:1:1: holds no SLO: write a document with `apiVersion: openslo/v1` and `kind: SLO`',
  ])
})

test('the error has a code and counts the faults', () => {
  const files = [{ name: 'slo.yaml', text: sloText({ objective: '{ target: 2 }', name: 'A' }) }]

  expect(() => parseSpecs(files)).toThrow(SloCheckError)
  expect(() => parseSpecs(files)).toThrow(
    expect.objectContaining({
      code: 'ERR_PLIMSOLL_SPEC_INVALID',
      message: 'slo.yaml is not valid OpenSLO v1: 3 faults',
    }),
  )
})
