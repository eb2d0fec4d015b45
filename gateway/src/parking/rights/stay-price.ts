import type { TariffDocument } from '@clearway/contracts'
import type { Stays } from '../stays/stays.ts'
import type { Calendar } from '../tariffs/calendar/calendar.ts'
import type { Price } from '../tariffs/price-line.ts'
import { priceStay } from '../tariffs/pricing.ts'
import type { HeldPass, RatedStay } from '../tariffs/rated-stay.ts'
import { holdsIn, type Passes } from './passes.ts'
import type { StayClaims } from './stay-claims.ts'

const dayMs = 86_400_000

/** What of a stay its price is made from. */
export interface PricedStay {
  id: string
  lot: string
  plate: string
  colour: RatedStay['plateColour']
  vehicleClass: RatedStay['vehicleClass']
  enteredMs: number
}

/**
 * Prices stays with all that the gateway knows of them: the passes of the plate and who else was inside on them, what
 * was shown and paid for the stay, and the plate's entries of the 24 h before it in the same lot.
 */
export class StayPrices {
  readonly #stays: Stays
  readonly #passes: Passes
  readonly #claims: StayClaims
  readonly #calendar: Calendar

  constructor(stays: Stays, passes: Passes, claims: StayClaims, calendar: Calendar) {
    this.#stays = stays
    this.#passes = passes
    this.#claims = claims
    this.#calendar = calendar
  }

  /** What the stay costs when it ends at `leftMs`. @param promised discounts that a reservation promised */
  price(document: TariffDocument, stay: PricedStay, leftMs: number, promised: readonly string[] = []): Price {
    const { id, enteredMs: enteredAtMs, vehicleClass, colour: plateColour } = stay
    const known = new Set(document.discounts?.map((discount) => discount.id))
    const rated: RatedStay = {
      ...{ enteredAtMs, leftAtMs: leftMs, vehicleClass, plateColour },
      passes: document.passes ? this.#passesOf(stay, leftMs) : undefined,
      // A discount that the tariff of the entry does not have means nothing to it.
      discounts: [...new Set([...this.#claims.discounts(id), ...promised])].filter((discount) => known.has(discount)),
      earlier: looksBack(document) ? this.#earlier(stay) : undefined,
    }
    return priceStay(document, { ...rated, paidAtMs: this.#paidAtMs(document, id, rated) }, this.#calendar)
  }

  /** The last instant at which all that the stay had cost so far was paid. */
  #paidAtMs(document: TariffDocument, id: string, rated: RatedStay): number | undefined {
    if (!document.afterPayment) return undefined
    let paidFen = 0
    let paidAtMs: number | undefined
    for (const { atMs, amountFen } of this.#claims.payments(id)) {
      paidFen += amountFen
      if (atMs < rated.enteredAtMs || atMs > rated.leftAtMs) continue
      const soFar = priceStay(document, { ...rated, leftAtMs: atMs, paidAtMs }, this.#calendar)
      if (paidFen >= soFar.amountFen) paidAtMs = atMs
    }
    return paidAtMs
  }

  #passesOf({ lot, plate, enteredMs }: PricedStay, leftMs: number): HeldPass[] {
    return this.#passes
      .ofPlate(plate)
      .filter((pass) => holdsIn(pass, lot))
      .map(({ plates, validFromMs, validUntilMs }) => ({
        validFromMs,
        validUntilMs,
        others: plates
          .filter((other) => other !== plate)
          .flatMap((other) => this.#stays.touching(lot, other, enteredMs, leftMs)),
      }))
  }

  #earlier({ id, lot, plate, enteredMs }: PricedStay): { enteredAtMs: number; amountFen: number }[] {
    return this.#stays
      .enteredBetween(lot, plate, enteredMs - dayMs, enteredMs)
      .filter((stay) => stay.id !== id && stay.state === 'closed')
      .map(({ enteredMs: before, amountFen }) => ({ enteredAtMs: before as number, amountFen }))
  }
}

/** Whether a tariff asks for the plate's entries before. */
export function looksBack({ capAcrossEntriesFen, free, vehicles = [] }: TariffDocument): boolean {
  return [{ capAcrossEntriesFen, free }, ...vehicles].some(
    (rules) => rules.capAcrossEntriesFen !== undefined || rules.free?.timesPer24h !== undefined,
  )
}
