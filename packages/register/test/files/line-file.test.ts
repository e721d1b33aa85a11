import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createLineFile } from '../../src/files/line-file.ts'
import { programFolder } from '../support/program.ts'

test('lines are appended to a file that comes with the first', () => {
  const path = join(programFolder({}), 'deep/er/a.jsonl')
  const file = createLineFile(path)
  expect(existsSync(path)).toBe(false)

  file.append(Buffer.from('{"a":1}'))
  file.append(Buffer.from('{"b":"ü"}'))

  expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"b":"ü"}\n')
  expect(file.size).toBe(Buffer.byteLength('{"a":1}\n{"b":"ü"}\n'))
  file.close()
})

test('a full disk is an error of the line, and the next is tried again', () => {
  const file = createLineFile('/dev/full')

  expect(() => file.append(Buffer.from('{}'))).toThrow(/ENOSPC/u)
  expect(() => file.append(Buffer.from('{}'))).toThrow(/ENOSPC/u)
  expect(file.size).toBe(0)
  file.close()
})

test('a folder that cannot be made is an error of the line', () => {
  const folder = programFolder({ file: '' })

  expect(() => createLineFile(join(folder, 'file/a.jsonl')).append(Buffer.from('{}'))).toThrow(
    /ENOTDIR|EEXIST/u,
  )
})
