import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { type FieldError, InputError, PeerError, type SignalRequest, signedText } from '@clearway/contracts'

const block = /-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g

/**
 * Whose requests a signal agent takes. The credential says who may speak on a topic; the signature says who has spoken,
 * whatever broker lies in between.
 */
export class IssuerKeys {
  readonly #keys: readonly KeyObject[]

  /**
   * @param pem Ed25519 public keys, one after the other: while a key is changed both count
   * @throws InputError `issuer-key` when there is none, or another kind of key
   */
  constructor(pem: string) {
    const blocks = pem.match(block) ?? []
    if (blocks.length === 0) throw noKey('holds no "BEGIN PUBLIC KEY": give the issuer-public.pem of the gateway')
    this.#keys = blocks.map((text) => publicKey(text))
  }

  /** @throws PeerError `signature` naming the field; `topic` is the one that the request came on */
  requireSigned(topic: string, request: SignalRequest): void {
    const { signature } = request
    if (signature === undefined) throw forged(topic, 'is missing: only requests signed by the issuer are taken here')
    const text = Buffer.from(signedText(topic, request))
    const bytes = Buffer.from(signature, 'base64')
    if (this.#keys.some((key) => verify(null, text, key, bytes))) return
    throw forged(topic, `of request ${request.request} is not the issuer's for this content and topic`)
  }
}

function publicKey(text: string): KeyObject {
  let key: KeyObject
  try {
    key = createPublicKey(text)
  } catch (error) {
    throw noKey(`holds a key that cannot be read: ${(error as Error).message}`)
  }
  if (key.asymmetricKeyType !== 'ed25519') throw noKey(`holds a key of kind ${key.asymmetricKeyType}, not ed25519`)
  return key
}

const named = (field: string, message: string): [string, FieldError[]] => [`${field} ${message}`, [{ field, message }]]

const noKey = (message: string) => new InputError('issuer-key', ...named('issuerKeyFile', message))

function forged(topic: string, message: string): PeerError {
  const [text, fields] = named('signature', message)
  return new PeerError('signature', `${topic}: ${text}`, fields)
}
