import { brokenMap } from '../map-file.ts'

/** Words of a text file, line by line. */
export class Lines {
  readonly #lines: readonly string[]
  readonly #file: string
  #number = 0
  #words: string[] = []

  constructor(text: string, file: string) {
    this.#lines = text.split('\n')
    this.#file = file
  }

  /** A line with nothing but a number of things that follow. */
  count(): number {
    this.next()
    const count = this.number(0, 1e8)
    this.end()
    return count
  }

  next(): void {
    while (this.#number < this.#lines.length && this.#lines[this.#number]!.trim() === '') this.#number++
    if (this.#number >= this.#lines.length) throw brokenMap(this.#file, 'the file ends too early; fetch it again')
    this.#words = this.#lines[this.#number++]!.trim().split(/\s+/)
  }

  word(): string {
    return this.#words.shift() ?? this.fail('the line is too short')
  }

  number(least: number, most: number): number {
    const word = this.word()
    const number = Number(word)
    if (number >= least && number <= most) return number
    return this.fail(`"${word}", expected a number from ${least} to ${most}`)
  }

  end(): void {
    if (this.#words.length > 0) this.fail(`"${this.#words.join(' ')}" is too much on this line`)
  }

  fail(reason: string): never {
    throw brokenMap(this.#file, reason, `line ${this.#number}`)
  }
}
