/** A sample of exposition text, its labels by name. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Exposed {
  readonly samples: readonly Sample[]
  /** By family. */
  readonly types: ReadonlyMap<string, string>
  readonly units: ReadonlyMap<string, string>
  readonly help: ReadonlyMap<string, string>
  readonly eof: boolean
}

/** Reads the text format or OpenMetrics. A line that is neither, and a header that comes twice, fails the test. */
export function readExposition(text: string): Exposed {
  const headers = {
    TYPE: new Map<string, string>(),
    UNIT: new Map<string, string>(),
    HELP: new Map<string, string>(),
  }
  const samples: Sample[] = []
  let eof = false
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end')
  for (const line of text.split('\n').slice(0, -1)) {
    if (eof) throw new Error(`after the end: ${line}`)
    eof = line === '# EOF'
    if (eof) continue
    const header = /^# (TYPE|UNIT|HELP) (\S+) (.*)$/u.exec(line)
    if (header === null) samples.push(readSample(line))
    else {
      const [, kind = '', name = '', words = ''] = header
      const known = headers[kind as keyof typeof headers]
      if (known.has(name)) throw new Error(`twice: ${line}`)
      known.set(name, words)
    }
  }
  return { samples, types: headers.TYPE, units: headers.UNIT, help: headers.HELP, eof }
}

function readSample(line: string): Sample {
  const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/u.exec(line)
  if (match === null) throw new Error(`no sample: ${line}`)
  const [, name = '', inner = '', value = ''] = match
  const labels: Record<string, string> = {}
  let rest = inner
  while (rest !== '') {
    const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/u.exec(rest)
    if (label === null) throw new Error(`no labels: ${rest}`)
    const [whole, key = '', text = ''] = label
    if (key in labels) throw new Error(`label ${key} twice: ${line}`)
    labels[key] = text.replaceAll(/\\(.)/gu, (_, one: string) => (one === 'n' ? '\n' : one))
    rest = rest.slice(whole.length)
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) }
}
