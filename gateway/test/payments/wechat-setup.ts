import { createHash } from 'node:crypto'
import { PaymentRequests } from '../../src/payments/payment-requests.ts'
import { WechatLink } from '../../src/payments/wechat/wechat-link.ts'
import { WechatPay } from '../../src/payments/wechat/wechat-pay.ts'
import { Records } from '../../src/records/records.ts'
import { type RsaPair, rsaPair } from './rsa-pair.ts'
import type { StillClock } from './still-clock.ts'
import { WechatServer } from './wechat-server.ts'

export const merchant = {
  id: '1900000109',
  appId: 'wxd678efh567hg6787',
  serial: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
  apiV3Key: Buffer.from('thirty-two-bytes-of-an-APIv3-key'),
}

export const merchantKeys: RsaPair = rsaPair()

export const wechatServer = (now: () => number): WechatServer =>
  new WechatServer(now, { ...merchant, publicKey: merchantKeys.publicKey })

/** The adapter before a server; `change` puts something wrong. */
export function wechatPay(
  server: WechatServer,
  clock: StillClock,
  change: {
    privateKey?: RsaPair['privateKey']
    serial?: string
    debit?: boolean
    timeoutS?: number
    appId?: string
  } = {},
  records = Records.open(':memory:'),
): WechatPay {
  let count = 0
  const platformKeys = new Map([[server.platformSerial, server.platform.publicKey]])
  const link = new WechatLink({
    url: server.url,
    merchant: {
      id: merchant.id,
      serial: change.serial ?? merchant.serial,
      privateKey: change.privateKey ?? merchantKeys.privateKey,
    },
    platformKeys,
    timeoutS: change.timeoutS ?? 5,
    clock,
    newNonce: () => createHash('md5').update(`${process.pid} ${Math.random()} ${count++}`).digest('hex'),
    fetch,
    retryAfterS: [0.5],
  })
  return new WechatPay({
    ...{ link, clock, platformKeys },
    requests: new PaymentRequests(records),
    merchantId: merchant.id,
    appId: change.appId ?? merchant.appId,
    apiV3Key: merchant.apiV3Key,
    notifyUrl: 'https://parking.example/api/v1/payments/wechat/notifications',
    debit: change.debit ?? true,
  })
}
