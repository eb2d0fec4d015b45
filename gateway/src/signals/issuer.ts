import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError, type SignalRequest, signedText, WorldError } from '@clearway/contracts'
import { signedRecord } from './signed-record.ts'

/** PEM files in the data folder: the key itself for its owner's eyes, its public half for the agents. */
export const issuerFiles = (dataDir: string) => ({
  key: join(dataDir, 'issuer-key.pem'),
  publicKey: join(dataDir, 'issuer-public.pem'),
})

/**
 * Signs requests for priority (Ed25519): an agent that holds the public half takes no other, whoever owns the broker in
 * between. The key is made with the data folder; a new one is made where its file was removed.
 */
export class Issuer {
  readonly #key: KeyObject

  private constructor(key: KeyObject) {
    this.#key = key
  }

  /** @throws WorldError `issuer-key` when the file cannot be read or written, or holds something else */
  static open(dataDir: string): Issuer {
    const files = issuerFiles(dataDir)
    try {
      mkdirSync(dataDir, { recursive: true })
      if (!existsSync(files.key)) writePrivate(files.key)
      const issuer = Issuer.of(readFileSync(files.key, 'utf8'))
      writeFileSync(files.publicKey, issuer.publicKey)
      return issuer
    } catch (cause) {
      throw new WorldError('issuer-key', `${files.key}: ${(cause as Error).message}; remove it for a new one`, cause)
    }
  }

  /** @throws InputError `issuer-key` when it is no Ed25519 private key in PEM */
  static of(pem: string): Issuer {
    const wrong = (message: string) =>
      new InputError('issuer-key', `issuer key ${message}`, [{ field: 'issuerKey', message }])
    let key: KeyObject
    try {
      key = createPrivateKey(pem)
    } catch (error) {
      throw wrong(`is no private key in PEM: ${(error as Error).message}`)
    }
    if (key.asymmetricKeyType !== 'ed25519') throw wrong(`is of kind ${key.asymmetricKeyType}, not ed25519`)
    return new Issuer(key)
  }

  /** PEM. */
  get publicKey(): string {
    return createPublicKey(this.#key).export({ type: 'spki', format: 'pem' }).toString()
  }

  /** @returns a JSON Web Signature that holds the record, see `signed-record.ts` */
  record(payload: unknown): string {
    return signedRecord(payload, this.#key)
  }

  /** @returns the request with its `signature` */
  signed(topic: string, request: SignalRequest): SignalRequest {
    const signature = sign(null, Buffer.from(signedText(topic, request)), this.#key).toString('base64')
    return { ...request, signature }
  }
}

/** Whole or not at all: a start that was broken off must not leave half a key. */
function writePrivate(file: string): void {
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(`${file}.new`, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
