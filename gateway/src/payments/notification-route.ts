import { type ClearwayError, Name } from '@clearway/contracts'
import { Counter } from 'prom-client'
import { Type } from 'typebox'
import type { Core } from '../core.ts'
import { RateLimit } from '../http/rate-limit.ts'
import { bytesRoute, type Route } from '../http/route.ts'
import { providerOf } from './open-providers.ts'
import type { OtherNotice, PaymentNotice, PaymentProvider } from './payment-provider.ts'

/**
 * Books what a provider told, once however often it is told; what it throws makes the provider tell again.
 *
 * @returns what became of it, `again` when it was known
 */
export type TakeNotice = (provider: string, notice: PaymentNotice) => string

const isAboutMoney = (notice: PaymentNotice | OtherNotice): notice is PaymentNotice => notice.about.kind !== 'other'

/** From one address; each costs a signature check. A provider whose notice is turned away tells it again. */
const noticesPerMinute = 1200

/** Where providers tell what was paid. Nobody signs in: the signature of the message is the credential. */
export function notificationRoute(
  { records, audit, clock, log, metrics }: Core,
  providers: readonly PaymentProvider[],
  take: TakeNotice,
): Route {
  const rate = new RateLimit(clock, noticesPerMinute)
  const notices = new Counter({
    name: 'clearway_payment_notifications_total',
    help: 'notifications of payment providers by what became of them; refused: not theirs, failed: our fault',
    labelNames: ['provider', 'result'] as const,
    registers: [metrics],
  })

  /** In one transaction: what is booked is in the audit log. @throws what taking throws; nothing is kept then */
  const heard = (provider: string, notice: PaymentNotice | OtherNotice): string =>
    records.transaction(() => {
      if (!isAboutMoney(notice)) return 'other'
      const result = take(provider, notice)
      if (result === 'again') return result
      const { orderId, outcome, kind } = notice.about
      const detail = { noticeId: notice.noticeId, kind, result, ...outcome }
      audit.record({ name: provider, roles: [] }, 'payment.notice', orderId, detail)
      return result
    })

  return bytesRoute({
    method: 'POST',
    path: '/payments/{provider}/notifications',
    access: 'public',
    summary: 'What a payment provider tells; verified by its signature',
    mediaType: 'text/plain; charset=utf-8',
    params: Type.Object({ provider: Name }),
    answer: Type.String({ description: 'what the provider wants to hear' }),
    handle: ({ params, headers, body, address }) => {
      rate.take(address)
      const provider = providerOf(providers, params.provider)
      const count = (result: string) => notices.inc({ provider: provider.name, result })
      let notice: PaymentNotice | OtherNotice
      try {
        notice = provider.notification({ headers, rawBody: body })
      } catch (error) {
        count('refused')
        const { code, fields } = error as ClearwayError
        log.warn({ event: 'payment-notice-refused', provider: provider.name, address, code, fields })
        throw error
      }
      let taken = true
      try {
        count(heard(provider.name, notice))
      } catch (err) {
        taken = false
        count('failed')
        log.error({ event: 'payment-notice-failed', provider: provider.name, noticeId: notice.noticeId, err })
      }
      const { status, mediaType, body: text } = notice.answer(taken)
      return { status, body: text, headers: { 'content-type': mediaType } }
    },
  })
}
