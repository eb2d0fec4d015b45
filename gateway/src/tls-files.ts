import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { WorldError } from '@clearway/contracts'

interface TlsFiles {
  certFile: string
  keyFile: string
  /** Authority of client certificates. */
  caFile?: string | undefined
}

/**
 * @param group configuration group of the files, named in errors
 * @throws WorldError `tls-file` naming the key and the file that cannot be read, or both files when they are no pair
 */
export function readTls({ certFile, keyFile, caFile }: TlsFiles, group: string) {
  const cert = readPem(certFile, `${group}.certFile`)
  const key = readPem(keyFile, `${group}.keyFile`)
  const files = { cert, key, ...(caFile ? { ca: readPem(caFile, `${group}.caFile`) } : {}) }
  try {
    createSecureContext(files)
  } catch (cause) {
    // The reason of OpenSSL, never a piece of the key.
    const { reason = 'not usable' } = cause as { reason?: string }
    const message = `${group}.certFile ${certFile} and ${group}.keyFile ${keyFile} are no certificate with its private key in PEM: ${reason}`
    throw new WorldError('tls-file', message, cause)
  }
  return files
}

function readPem(file: string, key: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new WorldError('tls-file', `${key} ${file} cannot be read: ${(cause as Error).message}`, cause)
  }
}
