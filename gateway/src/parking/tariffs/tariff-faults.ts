import { type FieldError, InputError, type TariffDocument } from '@clearway/contracts'
import { IANAZone } from 'luxon'
import { capFaults, type FaultSink, roundingFault, stepFaults } from './price-faults.ts'
import { pricesFor } from './vehicle-rules.ts'
import { windowFaults } from './window-faults.ts'

type Prices = ReturnType<typeof pricesFor>['prices']
type Sources = ReturnType<typeof pricesFor>['sources']

/**
 * What a well-formed document can still get wrong. Empty when the rules fit together.
 *
 * @param document has passed its schema
 */
export function tariffFaults(document: TariffDocument): FieldError[] {
  const faults = new Map<string, FieldError>()
  const fault: FaultSink = (path, message) => {
    const field = `document.${path}`
    // A rule for some vehicles repeats the faults of what it does not replace.
    faults.set(`${field} ${message}`, { field, message })
  }
  const { name, timeZone, vehicles = [] } = document
  if (!name.zh && !name.en) fault('name', 'needs zh or en')
  if (timeZone !== undefined && !IANAZone.isValidZone(timeZone)) {
    fault('timeZone', `"${timeZone}" is no IANA zone; give one like Asia/Shanghai`)
  }
  for (let rule = -1; rule < vehicles.length; rule++) {
    const { prices, sources } = pricesFor(document, rule)
    priceFaults(document, prices, sources, fault)
  }
  if (document.blocks && ![document, ...vehicles].some(({ windows }) => windows)) {
    fault('blocks', 'says how blocks lie in windows, but there are none; take it out')
  }
  vehicleFaults(vehicles, fault)
  discountFaults(document.discounts ?? [], fault)
  return [...faults.values()]
}

/**
 * @param what names the tariff in the error
 * @throws InputError `tariff-rules` naming each field whose rules do not fit together
 */
export function requireRules(document: TariffDocument, what: string): void {
  const faults = tariffFaults(document)
  if (faults.length === 0) return
  const lines = faults.map(({ field, message }) => `${field} ${message}`)
  throw new InputError('tariff-rules', `${what}: ${lines.join('; ')}`, faults)
}

function priceFaults(document: TariffDocument, prices: Prices, sources: Sources, fault: FaultSink): void {
  const { free, first, steps, further, windows, capPer24hFen: cap24h } = prices
  const at = sources.first.replace(/first$/, '')
  if (further && windows) fault(sources.windows, `stands beside ${sources.further}; keep one of the two`)
  if (!further && !windows) fault(sources.further, 'is missing, and so is windows; give one of the two')
  if (windows && steps) fault(`${at}steps`, 'has no place beside windows; put steps into the windows')
  if (windows) windowFaults(document, windows, sources.windows, fault)
  if (free && (free.kind ?? 'threshold') === 'threshold' && first && first.untilMin <= free.withinMin) {
    fault(
      `${at}first.untilMin`,
      `${first.untilMin} must be more than free.withinMin ${free.withinMin}: no stay would ever be in the first block`,
    )
  }
  stepFaults(prices, at, fault)
  const blocks = [
    ...(first ? [{ fen: first.amountFen, what: "the first block's" }] : []),
    ...(steps ?? []).map(({ amountFen }) => ({ fen: amountFen, what: "one step's block" })),
    ...(further ? [{ fen: further.amountFen, what: "one further block's" }] : []),
    ...(windows ?? []).flatMap((window) => [
      ...(window.first ? [{ fen: window.first.amountFen, what: "a window's first block of" }] : []),
      { fen: window.further.amountFen, what: "a window's block of" },
    ]),
  ]
  for (const field of ['capPer24hFen', 'capPerDayFen', 'capAcrossEntriesFen'] as const) {
    const cap = prices[field]
    if (cap == null) continue
    capFaults(cap, blocks, sources[field], fault)
    roundingFault(document, cap, sources[field], fault)
  }
  if (cap24h != null && document.after24h === 'ignore') {
    fault('after24h', `ignore leaves ${sources.capPer24hFen} ${cap24h} without a meaning; take one of the two out`)
  }
}

function vehicleFaults(vehicles: NonNullable<TariffDocument['vehicles']>, fault: FaultSink): void {
  for (const [i, { when, ...prices }] of vehicles.entries()) {
    if (Object.keys(when).length === 0)
      fault(`vehicles.${i}.when`, 'names no vehicles; give vehicleClass, plateColour or plateList')
    if (Object.keys(prices).length === 0)
      fault(`vehicles.${i}`, 'puts nothing in place; give it a price or take it out')
    const shadow = vehicles.findIndex((other, k) => k < i && covers(other.when, when))
    if (shadow >= 0)
      fault(`vehicles.${i}`, `never holds: vehicles.${shadow} fits all its vehicles; put it before that one`)
  }
}

type Conditions = NonNullable<TariffDocument['vehicles']>[number]['when']

/** Whether every vehicle that meets `inner` meets `outer`. */
function covers(outer: Conditions, inner: Conditions): boolean {
  return (['vehicleClass', 'plateColour', 'plateList'] as const).every((key) => {
    const wanted = outer[key] as readonly string[] | undefined
    return wanted === undefined || (inner[key]?.every((value) => wanted.includes(value)) ?? false)
  })
}

function discountFaults(discounts: NonNullable<TariffDocument['discounts']>, fault: FaultSink): void {
  for (const [i, discount] of discounts.entries()) {
    const path = `discounts.${i}`
    const given = (['amountFen', 'percent', 'minutes'] as const).filter((key) => discount[key] !== undefined)
    if (given.length !== 1) {
      fault(
        path,
        `"${discount.id}" has ${given.join(' and ') || 'no amount'}; give one of amountFen, percent and minutes`,
      )
    }
    if (!discount.name.zh && !discount.name.en) fault(`${path}.name`, 'needs zh or en')
    const same = discounts.findIndex(({ id }) => id === discount.id)
    if (same < i) fault(`${path}.id`, `"${discount.id}" is also the id of discounts.${same}; give it another`)
    if (discount.when && Object.keys(discount.when).length === 0) {
      fault(`${path}.when`, 'names no vehicles; give vehicleClass, plateColour or plateList, or take it out')
    }
  }
}
