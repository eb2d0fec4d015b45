import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { InputError } from '@clearway/contracts'

/* JSON Web Signatures (RFC 7515) in compact form with Ed25519 (RFC 8037): the payload goes along, so nobody has to agree
 * on how an object is written down. */

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

export function signedRecord(payload: unknown, key: KeyObject): string {
  const text = `${encoded({ alg: 'EdDSA', typ: 'JWS' })}.${encoded(payload)}`
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
}

/**
 * What was signed.
 *
 * @param publicKey PEM
 * @throws InputError `signature` naming what is wrong: no such record, another key, or a text that was changed
 */
export function openRecord(jws: string, publicKey: string): unknown {
  const refuse = (reason: string) => new InputError('signature', reason, [{ field: 'jws', message: reason }])
  const [header, payload, signature, ...more] = jws.trim().split('.')
  if (!header || !payload || !signature || more.length > 0) throw refuse('this is no JSON Web Signature of three parts')
  let key: KeyObject
  try {
    key = createPublicKey(publicKey)
  } catch (error) {
    throw new InputError('key', `the key is no public key in PEM: ${(error as Error).message}`, [
      { field: 'key', message: 'give issuer-public.pem of the data folder' },
    ])
  }
  const { alg } = parsed(header) as { alg?: unknown }
  if (alg !== 'EdDSA' || key.asymmetricKeyType !== 'ed25519') {
    throw refuse(
      `it is signed with ${String(alg)}, the key is ${key.asymmetricKeyType}; EdDSA and ed25519 are expected`,
    )
  }
  const text = Buffer.from(`${header}.${payload}`)
  if (!verify(null, text, key, Buffer.from(signature, 'base64url'))) {
    throw refuse('the signature is not of this key, or the record was changed after it was signed')
  }
  return parsed(payload)
}

function parsed(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    throw new InputError('signature', 'a part of the signature is no JSON', [{ field: 'jws', message: 'is damaged' }])
  }
}
