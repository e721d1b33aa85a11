import type { AttributeDefinition } from '@plimsoll/semconv'
import type { FieldSink, FieldValue } from '@plimsoll/telemetry'

const INT64 = 2 ** 63
const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const TILDE = 0x7e
/** Little: each thread has such a writer, each sort of event another for its head. It grows with the first request. */
const FIRST_BYTES = 1_024
/** Room that is kept for the next request: a batch of ordinary items fits into it. */
const MOST_KEPT = 4 * 1024 * 1024

/** What stands before a value of each sort. */
interface Prefix {
  readonly text: Uint8Array
  readonly int: Uint8Array
  readonly double: Uint8Array
  readonly boolean: Uint8Array
}

const END = Buffer.from('}}')

/**
 * JSON, written straight to bytes. Strings that are joined first cost three times as much, most of it to take them apart
 * again; nearly all that is written here are letters of ASCII.
 */
export class JsonBytes implements FieldSink {
  readonly #prefixes = new Map<AttributeDefinition, Prefix>()
  #bytes = Buffer.allocUnsafe(FIRST_BYTES)
  #length = 0
  #inList = false

  /** How much is written. */
  get length(): number {
    return this.#length
  }

  /** Forgets what was written after `length`. */
  cutTo(length: number): void {
    this.#length = length
  }

  /** What was written; the next begins empty. */
  take(): Uint8Array {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    if (this.#bytes.length > MOST_KEPT) this.#bytes = Buffer.allocUnsafe(FIRST_BYTES)
    return taken
  }

  /** JSON that is bytes already. */
  raw(json: Uint8Array): void {
    this.#makeRoom(json.length)
    this.#bytes.set(json, this.#length)
    this.#length += json.length
  }

  /** JSON of ASCII letters, as it is. */
  ascii(json: string): void {
    const { length } = json
    this.#makeRoom(length)
    const bytes = this.#bytes
    const start = this.#length
    for (let at = 0; at < length; at += 1) bytes[start + at] = json.charCodeAt(at)
    this.#length = start + length
  }

  /** Any JSON, as it is. */
  json(json: string): void {
    this.#makeRoom(json.length * 3)
    this.#length += this.#bytes.write(json, this.#length)
  }

  /** A text in its quotes; half of a surrogate pair is escaped, as `JSON.stringify` does it. */
  text(text: string): void {
    const before = this.#length
    this.#makeRoom(text.length + 2)
    const bytes = this.#bytes
    bytes[before] = QUOTE
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH) {
        this.json(JSON.stringify(text))
        return
      }
      bytes[before + 1 + at] = code
    }
    bytes[before + 1 + text.length] = QUOTE
    this.#length = before + text.length + 2
  }

  /** The next attribute is the first of its list. */
  openList(): void {
    this.#inList = false
  }

  /** The next attribute comes after another. */
  continueList(): void {
    this.#inList = true
  }

  put(attribute: AttributeDefinition, value: FieldValue): void {
    if (value === undefined) return
    if (this.#inList) this.#comma()
    this.#inList = true
    const prefix = this.#prefixOf(attribute)
    if (typeof value === 'string') {
      this.raw(prefix.text)
      this.text(value)
    } else if (typeof value === 'boolean') {
      this.raw(prefix.boolean)
      this.ascii(String(value))
    } else if (Number.isInteger(value) && value >= -INT64 && value < INT64) {
      this.raw(prefix.int)
      this.ascii(String(value))
    } else {
      this.raw(prefix.double)
      // JSON has no word for them; protobuf's JSON has these.
      this.ascii(Number.isFinite(value) ? String(value) : `"${value}"`)
    }
    this.raw(END)
  }

  #comma(): void {
    this.#makeRoom(1)
    this.#bytes[this.#length] = COMMA
    this.#length += 1
  }

  #prefixOf(attribute: AttributeDefinition): Prefix {
    let prefix = this.#prefixes.get(attribute)
    if (prefix === undefined) {
      const before = (sort: string): Uint8Array =>
        Buffer.from(`{"key":${JSON.stringify(attribute.key)},"value":{"${sort}":`)
      prefix = {
        text: before('stringValue'),
        int: before('intValue'),
        double: before('doubleValue'),
        boolean: before('boolValue'),
      }
      this.#prefixes.set(attribute, prefix)
    }
    return prefix
  }

  #makeRoom(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
