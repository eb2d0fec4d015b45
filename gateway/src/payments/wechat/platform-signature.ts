import { type KeyObject, verify } from 'node:crypto'
import type { FieldError } from '@clearway/contracts'

/** Public keys of the platform by serial: two while one replaces the other. */
export type PlatformKeys = ReadonlyMap<string, KeyObject>

/** How far a signature's time may be from ours, both ways, s. */
export const signatureLifeS = 300

/**
 * What is wrong with the signature of an answer or a notification; undefined when it is the platform's and fresh.
 *
 * @param headers names in lower case
 * @param body the bytes as they came
 * @see https://pay.weixin.qq.com/docs/merchant/development/interface-rules/signature-verification.html
 */
export function signatureFault(
  headers: Readonly<Record<string, string | undefined>>,
  body: Buffer,
  keys: PlatformKeys,
  nowMs: number,
): FieldError | undefined {
  const read = (name: string) => headers[`wechatpay-${name}`] ?? ''
  const fault = (name: string, message: string) => ({ field: `wechatpay-${name}`, message })
  for (const name of ['serial', 'timestamp', 'nonce', 'signature']) {
    if (read(name) === '') return fault(name, 'is missing: the message did not come from WeChat Pay unchanged')
  }
  const serial = read('serial')
  const key = keys.get(serial)
  if (!key) {
    return fault('serial', `"${serial.slice(0, 64)}" is none of ours; payments.wechat.platformKeysDir has another one`)
  }
  const timestamp = read('timestamp')
  const offS = Math.abs(nowMs / 1000 - Number(timestamp))
  if (!/^\d{1,12}$/.test(timestamp) || offS > signatureLifeS) {
    return fault('timestamp', `"${timestamp.slice(0, 20)}" is more than ${signatureLifeS} s from our clock`)
  }
  const message = Buffer.concat([Buffer.from(`${timestamp}\n${read('nonce')}\n`), body, Buffer.from('\n')])
  return verify('sha256', message, key, Buffer.from(read('signature'), 'base64'))
    ? undefined
    : fault('signature', 'does not fit the message')
}
