import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { InputError, WorldError } from '@clearway/contracts'

/** One row of a CSV file by column name. */
export interface CsvRow {
  line: number
  fields: Readonly<Record<string, string>>
}

/** Content of a file, unpacked when it is gzip. @throws WorldError when it cannot be read */
export function readText(file: string | URL): string {
  try {
    const bytes = readFileSync(file)
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8')
  } catch (error) {
    throw new WorldError('file-unreadable', `${file} cannot be read: ${(error as Error).message}`, error)
  }
}

/** A fault of a file: where, which field, which value, what is wanted. */
export function refusal(file: string, line: number, field: string, message: string): InputError {
  return new InputError('file', `${file} line ${line}: ${field} ${message}`, [{ field, message }])
}

/** Fields of a line; those in double quotes may hold commas. */
function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '',
  )
}

/**
 * The rows of a CSV file with a header.
 *
 * @param what names the file in errors
 * @param columns that it must have; it may have more
 * @throws InputError naming file, line and column
 */
export function csvRows(text: string, what: string, columns: readonly string[]): CsvRow[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const header = fieldsOf(lines[0] ?? '')
  for (const column of columns) {
    if (!header.includes(column)) throw refusal(what, 1, column, `is missing from the header "${lines[0]}"`)
  }
  return lines.flatMap((line, i) => {
    if (i === 0 || line === '') return []
    const fields = fieldsOf(line)
    if (fields.length !== header.length) {
      throw refusal(what, i + 1, '(row)', `has ${fields.length} fields, the header ${header.length}: "${line}"`)
    }
    return [{ line: i + 1, fields: Object.fromEntries(header.map((name, k) => [name, fields[k] as string])) }]
  })
}
