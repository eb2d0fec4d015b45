import { type Clock, InputError, WorldError } from '@clearway/contracts'
import type { Logger } from 'pino'
import type { Audit } from '../../core.ts'
import type { Actor } from '../../http/route.ts'
import type { Records } from '../../records/records.ts'
import { chinaDay, chinaDayStart, chinaHour, dayMs } from '../china-time.ts'
import type { PaymentProvider } from '../payment-provider.ts'
import type { Movements } from './movements.ts'
import { type Comparison, differencesOf, reconcile } from './reconcile.ts'
import { type ReconciliationRecord, Reconciliations } from './reconciliations.ts'

export interface ReconcilerGround {
  records: Records
  clock: Clock
  audit: Audit
  log: Pick<Logger, 'warn' | 'info'>
  movements: Movements
}

/** Days that are caught up on after the gateway was down. */
const caughtUpDays = 7

const system: Actor = { name: 'system', roles: [] }

/** Compares what we hold to have moved with what the providers say, day by day, and keeps the result. */
export class Reconciler {
  readonly kept: Reconciliations
  readonly #ground: ReconcilerGround

  constructor(ground: ReconcilerGround) {
    this.#ground = ground
    this.kept = new Reconciliations(ground.records)
  }

  /**
   * Compares a day with the provider's bill of it.
   *
   * @param day `YYYY-MM-DD` of the provider's zone, over by now
   * @throws InputError naming the day; WorldError `settlement-not-ready`, and as `PaymentProvider.settlement`
   */
  async compare(
    provider: Pick<PaymentProvider, 'name' | 'settlement'>,
    day: string,
    actor: Actor,
  ): Promise<ReconciliationRecord> {
    const { records, clock, audit, log, movements } = this.#ground
    const startMs = requireOver(day, clock.now())
    const theirs = await provider.settlement(day)
    return records.transaction(() => {
      const { name } = provider
      const beside = [chinaDay(startMs - dayMs), chinaDay(startMs + dayMs)]
      const ours = movements.between(name, startMs - dayMs, startMs + 2 * dayMs)
      const settledElsewhere = this.kept.settledOn(name, beside)
      const comparison: Comparison = reconcile(ours, theirs, { startMs, endMs: startMs + dayMs, settledElsewhere })
      const kept = this.kept.put(name, day, comparison, clock.now())
      const { counts, oursFen, theirsFen, feeFen } = comparison.totals
      audit.record(actor, 'payment.reconcile', `${name}/${day}`, { ...counts, oursFen, theirsFen, feeFen })
      const line = { event: 'payments-compared', provider: name, day, ...counts, oursFen, theirsFen, feeFen }
      if (differencesOf(comparison.totals) > 0) log.warn(line, 'the provider’s bill and our payments differ')
      else log.info(line)
      return kept
    })
  }

  /**
   * Compares the days of the last week that are over and were not compared, once their bills are there.
   *
   * @param fromHour of China, from which on the bill of the day before is asked for
   */
  async catchUp(providers: readonly PaymentProvider[], fromHour: number): Promise<void> {
    const nowMs = this.#ground.clock.now()
    const newest = chinaHour(nowMs) >= fromHour ? 1 : 2
    for (const provider of providers) {
      for (let ago = caughtUpDays; ago >= newest; ago--) {
        const day = chinaDay(nowMs - ago * dayMs)
        if (this.kept.find(provider.name, day)) continue
        try {
          await this.compare(provider, day, system)
        } catch (error) {
          // Its bill is not ready or cannot be had now: the next round asks again.
          if (!(error instanceof WorldError)) throw error
          const { code, message } = error
          this.#ground.log.warn({ event: 'payments-not-compared', provider: provider.name, day, code }, message)
        }
      }
    }
  }
}

function requireOver(day: string, nowMs: number): number {
  const startMs = chinaDayStart(day)
  const message = Number.isNaN(startMs)
    ? `"${day}" is no day; write it as 2026-11-23`
    : startMs + dayMs > nowMs
      ? `"${day}" is not over in China; name an earlier day`
      : undefined
  if (message !== undefined) throw new InputError('day', `day ${message}`, [{ field: 'day', message }])
  return startMs
}
