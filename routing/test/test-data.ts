import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

/**
 * A file of the data that is not shipped, from the folder in `CLEARWAY_TEST_DATA`. Undefined where it is absent: the
 * test is then skipped and its name says so; in CI that is an error.
 */
export function testData(path: string): string | undefined {
  const file = resolve(root, process.env.CLEARWAY_TEST_DATA ?? join('..', 'shared', 'data'), path)
  if (existsSync(file)) return file
  if (process.env.CI) throw new Error(`${file} is missing and CI may skip nothing; set CLEARWAY_TEST_DATA`)
  return undefined
}
