import { InputError, type TariffDocument } from '@clearway/contracts'
import type { BeforeCaps } from './caps.ts'
import type { RatedStay } from './rated-stay.ts'
import { meets } from './vehicle-rules.ts'

/** A discount that applies to a stay, and where it stands in the document. */
export interface Discount {
  amountFen: number
  percent: number
  minutes: number
  beforeCap: boolean
  source: string
}

/**
 * Discounts of a stay in the order of the document: those its vehicle has anyway, and those that were shown.
 *
 * @throws InputError naming the one that the tariff does not have
 */
export function discountsOf(document: TariffDocument, stay: RatedStay): Discount[] {
  const { discounts = [] } = document
  const shown = stay.discounts ?? []
  for (const [i, id] of shown.entries()) {
    if (discounts.some((discount) => discount.id === id)) continue
    const message = `the tariff has no discount "${id}"; it has ${discounts.map((d) => d.id).join(', ') || 'none'}`
    throw new InputError('discount-unknown', message, [{ field: `discounts.${i}`, message }])
  }
  return discounts.flatMap(({ id, when, amountFen = 0, percent = 0, minutes = 0, apply }, i) => {
    const applies = shown.includes(id) || (when !== undefined && meets(when, stay))
    return applies ? [{ amountFen, percent, minutes, beforeCap: apply === 'before-cap', source: `discounts.${i}` }] : []
  })
}

/** A price less a discount of an amount or of per cent; what is left is rounded down to whole fen, and never negative. */
export const lessDiscount = (fen: number, { amountFen, percent }: Discount): number =>
  Math.max(0, Math.floor((fen * (100 - percent)) / 100) - amountFen)

/** Those that apply before the caps as one; undefined: none. */
export function beforeCaps(discounts: readonly Discount[]): BeforeCaps | undefined {
  const before = discounts.filter((discount) => discount.beforeCap && discount.minutes === 0)
  return before.length === 0 ? undefined : (sumFen) => before.reduce(lessDiscount, sumFen)
}
