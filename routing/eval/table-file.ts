import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { InputError } from '@clearway/contracts'

/** One line of a table; every error that it throws names the file, the line and the column. */
export interface TableLine {
  /** File and line, for reports. */
  place: string
  /** A whole number from `least` to `most`. */
  whole(column: string, least: number, most: number): number
  /** Not empty. */
  text(column: string): string
  /** Empty where the line has nothing there. */
  optional(column: string): string
  refused(column: string, reason: string): InputError
}

export interface Table {
  columns: readonly string[]
  lines: readonly TableLine[]
}

/**
 * A tab-separated file with a header, gzip or not; columns are found by their names, empty lines are passed over.
 *
 * @throws InputError `table-file` when it cannot be read, lacks one of `required`, or a line has another number of fields
 */
export function readTable(file: string, required: readonly string[]): Table {
  const texts = readText(file).split('\n')
  const fieldsOf = (text: string) => text.replace(/\r$/, '').split('\t')
  const columns = fieldsOf(texts[0]!)
  for (const column of required) {
    if (columns.includes(column)) continue
    throw refusal(file, 1, column, `the header "${columns.join(' ')}" lacks it; expected: ${required.join(' ')}`)
  }
  const lines: TableLine[] = []
  for (let i = 1; i < texts.length; i++) {
    if (texts[i]!.trim() === '') continue
    const fields = fieldsOf(texts[i]!)
    if (fields.length !== columns.length) {
      const column = columns[fields.length] ?? columns.at(-1)!
      throw refusal(file, i + 1, column, `the line has ${fields.length} fields, the header has ${columns.length}`)
    }
    lines.push(lineOf(file, i + 1, columns, fields))
  }
  return { columns, lines }
}

function lineOf(file: string, number: number, columns: readonly string[], fields: readonly string[]): TableLine {
  const refused = (column: string, reason: string) => refusal(file, number, column, reason)
  const optional = (column: string) => fields[columns.indexOf(column)]!.trim()
  return {
    place: `${file}:${number}`,
    refused,
    optional,
    text: (column) => {
      const text = optional(column)
      if (text === '') throw refused(column, 'it is empty')
      return text
    },
    whole: (column, least, most) => {
      const text = optional(column)
      const value = Number(text)
      if (!/^[+-]?\d+$/.test(text) || value < least || value > most) {
        throw refused(column, `"${text}" is not a whole number from ${least} to ${most}`)
      }
      return value
    },
  }
}

function refusal(file: string, line: number, column: string, reason: string): InputError {
  const field = `${file}:${line}, ${column}`
  return new InputError('table-file', `${field}: ${reason}`, [{ field, message: reason }])
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file)
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
    return (isGzip ? gunzipSync(bytes) : bytes).toString('utf8')
  } catch (error) {
    const message = `${file} cannot be read: ${(error as Error).message}`
    throw new InputError('table-file', message, [{ field: file, message }])
  }
}
