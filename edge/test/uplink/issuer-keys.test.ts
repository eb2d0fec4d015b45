import { generateKeyPairSync, sign } from 'node:crypto'
import { PeerError, SignalRequest, signedText } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { IssuerKeys } from '../../src/index.ts'
import openssl from './fixtures/signed-by-openssl.json' with { type: 'json' }
import { request } from './uplink-suite.ts'

const topic = 'clearway/v1/lixia/signal/j-1/request'
const nowMs = Date.parse('2026-11-23T08:15:00.000Z')
const keyPair = (kind: 'ed25519' | 'ed448' = 'ed25519') => {
  const { privateKey, publicKey } = generateKeyPairSync(kind as 'ed25519')
  return { privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() }
}
const issuer = keyPair()
const signed = (message = request(nowMs), by = issuer, to = topic): SignalRequest => ({
  ...message,
  signature: sign(null, Buffer.from(signedText(to, message)), by.privateKey).toString('base64'),
})
/** @returns the field that is wrong */
function refused(message: SignalRequest, keys = new IssuerKeys(issuer.pem)): string | undefined {
  try {
    keys.requireSigned(topic, message)
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(PeerError)
    return (error as PeerError).fields[0]?.field
  }
}

describe('a signed request', () => {
  it('is taken as OpenSSL signs it, over the text that the contract names', () => {
    const message = { ...request(nowMs), signature: openssl.signature }
    expect(signedText(topic, message)).toBe(openssl.text)
    expect(refused(message, new IssuerKeys(openssl.publicKey))).toBeUndefined()
  })

  it('covers every field of the schema but the signature itself', () => {
    const { signature: _, ...message } = signed()
    expect(Object.keys(message).sort()).toEqual(
      Object.keys(SignalRequest.properties)
        .filter((field) => field !== 'signature')
        .sort(),
    )
    const [to, ...values] = JSON.parse(signedText(topic, message))
    expect(to).toBe(topic)
    expect([...values].sort()).toEqual(Object.values(message).sort())
  })

  it.each(Object.keys(request(nowMs)))('is refused when its %s was changed on the way', (field) => {
    const message = signed() as unknown as Record<string, unknown>
    const value = message[field]
    const changed = typeof value === 'number' ? value + 1 : `${value}0`
    expect(refused({ ...message, [field]: changed } as unknown as SignalRequest)).toBe('signature')
  })

  it.each([
    ['without a signature', request(nowMs)],
    ['by another key', signed(request(nowMs), keyPair())],
    ['for another junction', signed(request(nowMs), issuer, topic.replace('j-1', 'j-2'))],
  ])('%s is refused', (_, message) => {
    expect(refused(message)).toBe('signature')
  })

  it('is taken by either of two keys while one is changed for the other', () => {
    const next = keyPair()
    const keys = new IssuerKeys(issuer.pem + next.pem)
    expect(refused(signed(), keys)).toBeUndefined()
    expect(refused(signed(request(nowMs), next), keys)).toBeUndefined()
    expect(refused(signed(request(nowMs), keyPair()), keys)).toBe('signature')
  })
})

describe('keys', () => {
  it.each([
    ['nothing', ''],
    ['a private key', issuer.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['garbage between the marks', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'],
    ['a key of another kind', keyPair('ed448').pem],
  ])('of %s are refused, naming the field', (_, pem) => {
    expect(() => new IssuerKeys(pem)).toThrow(/^issuerKeyFile holds/)
  })
})
