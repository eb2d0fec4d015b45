import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AlipayServer } from './alipay-server.ts'
import { app, appKeys } from './alipay-setup.ts'
import { privatePem, publicPem } from './rsa-pair.ts'
import type { WechatServer } from './wechat-server.ts'
import { merchant, merchantKeys } from './wechat-setup.ts'

/** The key files of both providers, and the variables that name them. */
export function paymentVariables(wechat: WechatServer, alipay: AlipayServer): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-payment-keys-'))
  const file = (name: string, content: string) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  mkdirSync(join(folder, 'platform'))
  file(`platform/${wechat.platformSerial}.pem`, publicPem(wechat.platform))
  // As Alipay's key tool writes them: base64 in one line.
  const bare = (pem: string) => pem.replaceAll(/-----[^-]+-----|\s/g, '')
  return {
    CLEARWAY_HTTP_PUBLIC_URL: 'https://parking.example',
    CLEARWAY_PAYMENTS_WECHAT_MERCHANT_ID: merchant.id,
    CLEARWAY_PAYMENTS_WECHAT_APP_ID: merchant.appId,
    CLEARWAY_PAYMENTS_WECHAT_MERCHANT_SERIAL: merchant.serial,
    CLEARWAY_PAYMENTS_WECHAT_MERCHANT_KEY_FILE: file('apiclient_key.pem', privatePem(merchantKeys)),
    CLEARWAY_PAYMENTS_WECHAT_API_V3_KEY_FILE: file('apiv3.key', `${merchant.apiV3Key}\n`),
    CLEARWAY_PAYMENTS_WECHAT_PLATFORM_KEYS_DIR: join(folder, 'platform'),
    CLEARWAY_PAYMENTS_WECHAT_DEBIT: 'on',
    CLEARWAY_PAYMENTS_WECHAT_URL: wechat.url,
    CLEARWAY_PAYMENTS_ALIPAY_APP_ID: app.appId,
    CLEARWAY_PAYMENTS_ALIPAY_SELLER_ID: app.sellerId,
    CLEARWAY_PAYMENTS_ALIPAY_APP_KEY_FILE: file('app.key', bare(privatePem(appKeys))),
    CLEARWAY_PAYMENTS_ALIPAY_ALIPAY_KEY_FILE: file('alipay.pub', bare(publicPem(alipay.platform))),
    CLEARWAY_PAYMENTS_ALIPAY_GATEWAY: alipay.gateway,
  }
}
