import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'

/** Whether the caller takes gzip. @param headers lower-case names */
export const acceptsGzip = (headers: Readonly<Record<string, string | string[] | undefined>>): boolean =>
  /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))

export const compressed = promisify(gzip)
export const decompressed = promisify(gunzip)
