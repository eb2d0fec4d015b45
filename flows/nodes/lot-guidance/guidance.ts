import type { Lot, NewSignMessage, SignWithMessage } from '@clearway/contracts'
import type { SignCommand } from '../../src/sign-command.ts'

export interface GuidanceOptions {
  /** Occupied share from which a lot counts as nearly full, 0–1. */
  nearlyFull: number
  /** Occupied share below which it has room again; lower than `nearlyFull`, so that the sign does not flicker. */
  roomAgain: number
  /** How long one message stands if nothing renews it, seconds. */
  holdS: number
}

/**
 * Lot nearly full → message on the approach signs of that lot. Silent while nothing changes, except that a standing
 * message is renewed before it lapses.
 */
export class LotGuidance {
  readonly #options: GuidanceOptions
  readonly #signsOf = new Map<string, Set<string>>()
  readonly #warnedUntilMs = new Map<string, number>()

  constructor(options: GuidanceOptions) {
    this.#options = options
  }

  learn(sign: SignWithMessage): void {
    if (!sign.lot) return
    const signs = this.#signsOf.get(sign.lot) ?? new Set()
    this.#signsOf.set(sign.lot, signs.add(sign.id))
  }

  /** @returns what the signs of this lot are to show now; empty when they already do */
  see(lot: Lot, nowMs: number): SignCommand[] {
    const { nearlyFull, roomAgain, holdS } = this.#options
    const share = lot.occupied / lot.capacity
    const warnedUntilMs = this.#warnedUntilMs.get(lot.id)
    const warned = warnedUntilMs !== undefined && warnedUntilMs > nowMs
    if (share >= nearlyFull || (warned && share >= roomAgain)) {
      // Renewed in the second half of its life only: lots change every few seconds, signs need not.
      if (warned && warnedUntilMs - nowMs > (holdS * 1000) / 2) return []
      const untilMs = nowMs + holdS * 1000
      this.#warnedUntilMs.set(lot.id, untilMs)
      return this.#tell(lot.id, {
        text: {
          zh: `${name(lot, 'zh')} 车位将满 余${lot.vacant}`,
          en: `${name(lot, 'en')} nearly full, ${lot.vacant} left`,
        },
        symbol: 'parking-nearly-full',
        until: new Date(untilMs).toISOString(),
      })
    }
    if (!warned) return []
    this.#warnedUntilMs.delete(lot.id)
    return this.#tell(lot.id, {
      text: { zh: `${name(lot, 'zh')} 余位 ${lot.vacant}`, en: `${name(lot, 'en')} ${lot.vacant} free` },
      symbol: 'parking',
      until: new Date(nowMs + holdS * 1000).toISOString(),
    })
  }

  #tell(lot: string, message: NewSignMessage): SignCommand[] {
    return [...(this.#signsOf.get(lot) ?? [])].map((sign) => ({ sign, message }))
  }
}

const name = (lot: Lot, language: 'zh' | 'en'): string => lot.name[language] ?? lot.name.en ?? lot.name.zh ?? lot.id
