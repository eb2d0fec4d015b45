import { writeFileSync } from 'node:fs'
import { WorldError } from '@clearway/contracts'

/**
 * Writes what `--json` asks for.
 *
 * @throws WorldError `unwritable` naming the file
 */
export function writeResult(file: string | undefined, value: object): void {
  if (file === undefined) return
  try {
    writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
  } catch (cause) {
    throw new WorldError('unwritable', `--json ${file} cannot be written: ${(cause as Error).message}`, cause)
  }
}
