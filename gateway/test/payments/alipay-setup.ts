import { AlipayLink } from '../../src/payments/alipay/alipay-link.ts'
import { AlipayPay } from '../../src/payments/alipay/alipay-pay.ts'
import { openAlipayClient } from '../../src/payments/alipay/open-client.ts'
import { PaymentRequests } from '../../src/payments/payment-requests.ts'
import { Records } from '../../src/records/records.ts'
import { AlipayServer } from './alipay-server.ts'
import { type RsaPair, rsaPair } from './rsa-pair.ts'
import type { StillClock } from './still-clock.ts'

export const app = { appId: '2021000122671080', sellerId: '2088102146225135' }

export const appKeys: RsaPair = rsaPair()

export const alipayServer = (now: () => number): AlipayServer =>
  new AlipayServer(now, { ...app, publicKey: appKeys.publicKey })

/** The adapter before a server; `change` puts something wrong. */
export async function alipayPay(
  server: AlipayServer,
  clock: StillClock,
  change: { keys?: RsaPair; appId?: string; debit?: boolean; payBy?: 'qr' | 'page'; timeoutS?: number } = {},
  records = Records.open(':memory:'),
): Promise<AlipayPay> {
  const { timeoutS = 5, appId = app.appId, payBy = 'qr', debit = true, keys = appKeys } = change
  const client = await openAlipayClient({
    ...{ appId, timeoutS, gateway: server.gateway },
    privateKey: keys.privateKey,
    alipayKey: server.platform.publicKey,
  })
  return new AlipayPay({
    ...{ client, clock, fetch, timeoutS, payBy, debit, appId },
    link: new AlipayLink(client, clock, [0.5]),
    requests: new PaymentRequests(records),
    sellerId: app.sellerId,
    notifyUrl: 'https://parking.example/api/v1/payments/alipay/notifications',
  })
}
