import { type KeyObject, sign } from 'node:crypto'

/** Who signs. */
export interface Merchant {
  /** `mchid` */
  id: string
  /** Of the merchant's own API certificate, hexadecimal. */
  serial: string
  privateKey: KeyObject
}

export interface SignedRequest {
  method: 'GET' | 'POST'
  /** With its query, as it goes on the wire. */
  path: string
  /** Exactly the text that is sent, empty for GET. */
  body: string
}

/**
 * The `Authorization` header of a request.
 *
 * @param timestampS seconds since 1970; the service refuses what is more than 5 minutes off
 * @param nonce up to 32 letters and digits, never used twice
 * @see https://pay.weixin.qq.com/wiki/doc/apiv3_partner/wechatpay/wechatpay3_3.shtml
 */
export function authorization(merchant: Merchant, request: SignedRequest, timestampS: number, nonce: string): string {
  const lines = [request.method, request.path, timestampS, nonce, request.body]
  const message = lines.map((line) => `${line}\n`).join('')
  const fields = {
    mchid: merchant.id,
    nonce_str: nonce,
    timestamp: timestampS,
    serial_no: merchant.serial,
    signature: sign('sha256', Buffer.from(message), merchant.privateKey).toString('base64'),
  }
  const parts = Object.entries(fields).map(([name, value]) => `${name}="${value}"`)
  return `WECHATPAY2-SHA256-RSA2048 ${parts.join(',')}`
}
