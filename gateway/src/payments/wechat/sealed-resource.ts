import { createDecipheriv } from 'node:crypto'
import { InputError } from '@clearway/contracts'
import { type Static, Type } from 'typebox'

/** The sealed part of a notification. */
export const SealedResource = Type.Object({
  algorithm: Type.String(),
  /** Base64; the last 16 bytes are the tag. */
  ciphertext: Type.String({ minLength: 24 }),
  associated_data: Type.Optional(Type.String()),
  nonce: Type.String(),
})
export type SealedResource = Static<typeof SealedResource>

const tagBytes = 16

/**
 * Opens what WeChat Pay sealed with the merchant's APIv3 key: AES-256-GCM as in RFC 5116.
 *
 * @param key 32 bytes
 * @throws InputError `notification-sealed` when it was sealed otherwise or changed on the way
 * @see https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter3_2_5.shtml
 */
export function openResource(resource: SealedResource, key: Buffer): unknown {
  const refuse = (message: string) =>
    new InputError('notification-sealed', `resource ${message}`, [{ field: 'resource', message }])
  if (resource.algorithm !== 'AEAD_AES_256_GCM') throw refuse(`is sealed with "${resource.algorithm.slice(0, 40)}"`)
  const sealed = Buffer.from(resource.ciphertext, 'base64')
  try {
    const opening = createDecipheriv('aes-256-gcm', key, Buffer.from(resource.nonce), { authTagLength: tagBytes })
    opening.setAAD(Buffer.from(resource.associated_data ?? ''))
    opening.setAuthTag(sealed.subarray(-tagBytes))
    const text = Buffer.concat([opening.update(sealed.subarray(0, -tagBytes)), opening.final()]).toString('utf8')
    return JSON.parse(text)
  } catch {
    throw refuse('does not open with the key of payments.wechat.apiV3KeyFile')
  }
}
