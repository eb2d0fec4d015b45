import { randomBytes } from 'node:crypto'
import { type Clock, NotFoundError } from '@clearway/contracts'
import type { Config } from '../config.ts'
import type { Records } from '../records/records.ts'
import { AlipayLink } from './alipay/alipay-link.ts'
import { AlipayPay } from './alipay/alipay-pay.ts'
import { openAlipayClient } from './alipay/open-client.ts'
import { readPrivateKey, readPublicKey, readPublicKeys, readSecret } from './key-file.ts'
import type { PaymentProvider } from './payment-provider.ts'
import { PaymentRequests } from './payment-requests.ts'
import { WechatLink } from './wechat/wechat-link.ts'
import { WechatPay } from './wechat/wechat-pay.ts'

/** What the adapters stand on. */
export interface ProviderGround {
  config: Config
  records: Records
  clock: Clock
}

/** Below `http.publicUrl`: where a provider tells what was paid. */
const notificationPath = (provider: string) => `/api/v1/payments/${provider}/notifications`

/**
 * The providers that the configuration names, none by default.
 *
 * @throws WorldError `payment-key` naming the configuration key and the file that cannot be used
 */
export async function openProviders(ground: ProviderGround): Promise<PaymentProvider[]> {
  const requests = new PaymentRequests(ground.records)
  const { wechat, alipay } = ground.config.payments
  const providers: PaymentProvider[] = []
  if (wechat) providers.push(openWechat(ground, wechat, requests))
  if (alipay) providers.push(await openAlipay(ground, alipay, requests))
  return providers
}

/** @throws NotFoundError `provider-unknown` naming those that there are */
export function providerOf<P extends { name: string }>(providers: readonly P[], name: string): P {
  const found = providers.find((provider) => provider.name === name)
  if (found) return found
  const known = providers.map((provider) => provider.name).join(', ') || 'none is configured'
  throw new NotFoundError('provider-unknown', `there is no payment provider "${name}"; ${known}`)
}

function openWechat(
  { clock, config }: ProviderGround,
  set: NonNullable<Config['payments']['wechat']>,
  requests: PaymentRequests,
): PaymentProvider {
  const platformKeys = readPublicKeys(set.platformKeysDir, 'payments.wechat.platformKeysDir')
  const link = new WechatLink({
    ...{ platformKeys, clock, fetch, url: set.url, timeoutS: set.timeoutS },
    merchant: {
      id: set.merchantId,
      serial: set.merchantSerial,
      privateKey: readPrivateKey(set.merchantKeyFile, 'payments.wechat.merchantKeyFile'),
    },
    newNonce: () => randomBytes(16).toString('hex'),
  })
  return new WechatPay({
    ...{ link, requests, clock, platformKeys, merchantId: set.merchantId, appId: set.appId },
    apiV3Key: readSecret(set.apiV3KeyFile, 'payments.wechat.apiV3KeyFile', 32),
    notifyUrl: config.http.publicUrl + notificationPath('wechat'),
    debit: set.debit === 'on',
  })
}

async function openAlipay(
  { clock, config }: ProviderGround,
  set: NonNullable<Config['payments']['alipay']>,
  requests: PaymentRequests,
): Promise<PaymentProvider> {
  const { appId, sellerId, payBy, timeoutS } = set
  const client = await openAlipayClient({
    ...{ appId, timeoutS, gateway: set.gateway },
    privateKey: readPrivateKey(set.appKeyFile, 'payments.alipay.appKeyFile'),
    alipayKey: readPublicKey(set.alipayKeyFile, 'payments.alipay.alipayKeyFile'),
  })
  return new AlipayPay({
    ...{ client, requests, clock, fetch, timeoutS, appId, sellerId, payBy },
    link: new AlipayLink(client, clock),
    notifyUrl: config.http.publicUrl + notificationPath('alipay'),
    debit: set.debit === 'on',
  })
}
