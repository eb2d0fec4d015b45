import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { WorldError } from '@clearway/contracts'

/** Shorter RSA keys are refused: neither provider makes them. */
const leastModulusBits = 2048

// What went wrong inside is never passed on as a cause: a parser may quote what it read.
const unusable = (key: string, file: string, why: string) =>
  new WorldError('payment-key', `${key} ${file} ${why}; see docs/payments.md`)

function contentOf(file: string, key: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw unusable(key, file, `cannot be read: ${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'}`)
  }
}

const bare = (content: string) => Buffer.from(content, 'base64')

/** The first reading that works; PEM comes first, then the bare base64 that Alipay's key tool writes. */
function firstKey(readings: readonly (() => KeyObject)[]): KeyObject | undefined {
  for (const read of readings) {
    try {
      return read()
    } catch {
      // Another form of the same key may still fit.
    }
  }
  return undefined
}

function requireRsa(key: KeyObject | undefined, name: string, file: string, what: string): KeyObject {
  if (!key) throw unusable(name, file, `is no ${what} in PEM or base64`)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.asymmetricKeyType !== 'rsa' || bits < leastModulusBits) {
    throw unusable(name, file, `is no RSA key of ${leastModulusBits} bits or more`)
  }
  return key
}

/**
 * @param key configuration key, named in errors
 * @throws WorldError `payment-key` naming the key and the file, never a piece of it
 */
export function readPrivateKey(file: string, key: string): KeyObject {
  const content = contentOf(file, key)
  const found = firstKey([
    () => createPrivateKey(content),
    () => createPrivateKey({ key: bare(content), format: 'der', type: 'pkcs8' }),
    () => createPrivateKey({ key: bare(content), format: 'der', type: 'pkcs1' }),
  ])
  return requireRsa(found, key, file, 'private key')
}

/** A public key, or that of a certificate. @throws WorldError as `readPrivateKey` */
export function readPublicKey(file: string, key: string): KeyObject {
  const content = contentOf(file, key)
  const found = firstKey([
    () => createPublicKey(content),
    () => createPublicKey({ key: bare(content), format: 'der', type: 'spki' }),
  ])
  return requireRsa(found, key, file, 'public key')
}

/**
 * Every `.pem` of a folder by its serial, which is the file's name without `.pem`; of a certificate it must be the one
 * inside.
 *
 * @throws WorldError as `readPrivateKey`, also for an empty folder
 */
export function readPublicKeys(folder: string, key: string): Map<string, KeyObject> {
  let names: string[]
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.pem'))
  } catch (cause) {
    throw unusable(key, folder, `cannot be read: ${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'}`)
  }
  if (names.length === 0) throw unusable(key, folder, 'holds no .pem file')
  return new Map(
    names.sort().map((name) => {
      const file = join(folder, name)
      const serial = basename(name, '.pem')
      const inside = certificateSerial(contentOf(file, key))
      if (inside !== undefined && inside !== serial.toUpperCase()) {
        throw unusable(key, file, `is the certificate ${inside}: name it ${inside}.pem`)
      }
      return [serial, readPublicKey(file, key)]
    }),
  )
}

function certificateSerial(content: string): string | undefined {
  if (!content.includes('BEGIN CERTIFICATE')) return undefined
  try {
    return new X509Certificate(content).serialNumber.toUpperCase()
  } catch {
    // Not a certificate after all: `readPublicKey` says so.
    return undefined
  }
}

/** A symmetric key that stands as text in a file. @throws WorldError as `readPrivateKey` */
export function readSecret(file: string, key: string, bytes: number): Buffer {
  const secret = Buffer.from(contentOf(file, key), 'utf8')
  if (secret.length !== bytes) throw unusable(key, file, `has ${secret.length} bytes instead of ${bytes}`)
  return secret
}
