import type { InputError } from '@clearway/contracts'
import { brokenMap, contentOf, type MapSource, sourceName } from '../map-file.ts'

const NEWLINE = 10
const RETURN = 13
const MINUS = 45
const ZERO = 48

const isBlank = (byte: number): boolean => byte === 32 || byte === 9

/** One line of a DIMACS file: a letter and whole numbers. Reused for the next line. */
export class DimacsLine {
  #number = 0
  readonly #name: string
  #bytes: Uint8Array = new Uint8Array()
  #at = 0
  #end = 0

  constructor(name: string) {
    this.#name = name
  }

  set(bytes: Uint8Array, start: number, end: number): void {
    this.#number++
    this.#bytes = bytes
    this.#at = start
    this.#end = end > start && bytes[end - 1] === RETURN ? end - 1 : end
  }

  /** The first byte of the line as a letter, which is then passed; empty for an empty line. */
  kind(): string {
    return this.#at < this.#end ? String.fromCharCode(this.#bytes[this.#at++]!) : ''
  }

  /** What is left of the line. */
  rest(): string {
    return new TextDecoder().decode(this.#bytes.subarray(this.#at, this.#end)).trim()
  }

  /**
   * The next whole number.
   *
   * @throws InputError `map-broken` when there is none, or when it is less than `least` or more than `most`
   */
  integer(field: string, least: number, most: number): number {
    const bytes = this.#bytes
    while (this.#at < this.#end && isBlank(bytes[this.#at]!)) this.#at++
    const start = this.#at
    const negative = this.#at < this.#end && bytes[this.#at] === MINUS
    if (negative) this.#at++
    let value = 0
    let digits = 0
    for (; this.#at < this.#end; this.#at++, digits++) {
      const digit = bytes[this.#at]! - ZERO
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    const isWhole = digits > 0 && (this.#at === this.#end || isBlank(bytes[this.#at]!))
    if (negative) value = -value
    if (isWhole && value >= least && value <= most) return value
    const found = this.#word(start)
    throw this.wrong(`${field} is "${found}", expected a whole number from ${least} to ${most}`)
  }

  /**
   * The next number, which may have decimals.
   *
   * @throws InputError `map-broken` when there is none
   */
  number(field: string): number {
    while (this.#at < this.#end && isBlank(this.#bytes[this.#at]!)) this.#at++
    const word = this.#word(this.#at)
    const value = Number(word)
    if (word !== '' && Number.isFinite(value)) return value
    throw this.wrong(`${field} is "${word}", expected a number`)
  }

  /** From `start` to the next blank, which is where the line then goes on. */
  #word(start: number): string {
    while (this.#at < this.#end && !isBlank(this.#bytes[this.#at]!)) this.#at++
    return new TextDecoder().decode(this.#bytes.subarray(start, this.#at))
  }

  /** @throws InputError `map-broken` when the line goes on */
  end(): void {
    while (this.#at < this.#end && isBlank(this.#bytes[this.#at]!)) this.#at++
    if (this.#at < this.#end) throw this.wrong(`"${this.rest()}" is too much on this line`)
  }

  wrong(reason: string): InputError {
    return brokenMap(this.#name, reason, `line ${this.#number}`)
  }
}

/** Hands every line of the source to `take`; the file is never whole in memory. */
export async function eachLine(source: MapSource, take: (line: DimacsLine) => void): Promise<void> {
  const line = new DimacsLine(sourceName(source))
  let left: Uint8Array = new Uint8Array()
  for await (const chunk of contentOf(source)) {
    let bytes = chunk
    if (left.length > 0) {
      bytes = new Uint8Array(left.length + chunk.length)
      bytes.set(left)
      bytes.set(chunk, left.length)
    }
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      line.set(bytes, start, end)
      take(line)
      start = end + 1
    }
    left = bytes.slice(start)
  }
  if (left.length === 0) return
  line.set(left, 0, left.length)
  take(line)
}
