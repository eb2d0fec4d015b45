import type { KeyObject } from 'node:crypto'
import { WorldError } from '@clearway/contracts'
import type { AlipayClient } from './alipay-link.ts'

export interface AlipayClientOptions {
  /** Where Alipay answers, `…/gateway.do`. */
  gateway: string
  appId: string
  /** Of the app. */
  privateKey: KeyObject
  /** Of Alipay. */
  alipayKey: KeyObject
  timeoutS: number
}

/**
 * The SDK with our keys. It is loaded only where Alipay is configured: that takes half a second.
 *
 * Its HTTP client sends a request once more by itself when the connection breaks, which is harmless only because Alipay
 * takes each number once.
 */
export async function openAlipayClient(options: AlipayClientOptions): Promise<AlipayClient> {
  const { AlipaySdk } = await import('alipay-sdk')

  /** The SDK fails in its own words, with the whole answer in them, or by accident where an answer has no signature. */
  class ProvenAlipay extends AlipaySdk {
    override checkResponseSign(raw: string, key: string, signature: string | undefined, trace: string): void {
      try {
        super.checkResponseSign(raw, key, signature as string, trace)
      } catch {
        throw new WorldError('payment-link', `Alipay answered without proof${unprovenCode(raw)}; see docs/payments.md`)
      }
    }
  }

  return new ProvenAlipay({
    appId: options.appId,
    privateKey: options.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    keyType: 'PKCS8',
    alipayPublicKey: options.alipayKey.export({ type: 'spki', format: 'pem' }).toString(),
    gateway: options.gateway,
    timeout: options.timeoutS * 1000,
  })
}

/** The code of an answer that is not signed: not believed, but it helps whoever sets the keys up. */
function unprovenCode(raw: string): string {
  const [, code] = /"sub_code"\s*:\s*"([A-Za-z0-9._-]{1,64})"/.exec(raw) ?? []
  return code === undefined ? '' : ` (${code})`
}
