import { brokenMap, wholeContentOf } from './map-file.ts'

/**
 * @throws WorldError `file-unreadable`
 * @throws InputError `map-broken` when the file is no JSON
 */
export async function readJson(file: string): Promise<unknown> {
  const text = (await wholeContentOf(file)).toString('utf8').replace(/^\uFEFF/, '')
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw brokenMap(file, `no JSON (${(cause as Error).message}); fetch the file again`)
  }
}
