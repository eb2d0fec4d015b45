import { hash } from 'node:crypto'
import type { PlateColour, VehicleClass } from '@clearway/contracts'
import type { Records } from '../records/records.ts'
import { Billing, type BillingPolicy, plainPolicy } from './bills/billing.ts'
import type { Bills } from './bills/bills.ts'
import { LotCounts } from './counts/lot-counts.ts'
import { type LotSetup, Lots } from './lots/lots.ts'
import { Coverage } from './numbers/coverage.ts'
import { Rollups } from './numbers/rollups.ts'
import { type StayTerms, withSurcharge } from './reservations/stay-terms.ts'
import { Passes } from './rights/passes.ts'
import { StayClaims } from './rights/stay-claims.ts'
import { looksBack, StayPrices } from './rights/stay-price.ts'
import { PairingVerdicts } from './stays/pairing-verdicts.ts'
import { isPlate, normalisePlate } from './stays/plate.ts'
import { Sightings } from './stays/sightings.ts'
import { type Pairing, type Passage, pairPassages, turnedBack } from './stays/stay-pairing.ts'
import { noPlateShape, type StayRecord, Stays } from './stays/stays.ts'
import { type Calendar, chinaCalendar } from './tariffs/calendar/calendar.ts'
import type { Price } from './tariffs/price-line.ts'
import { Tariffs } from './tariffs/tariffs.ts'

/** One vehicle passing a gate, as a camera or a history file reports it. */
export interface VehiclePassage {
  direction: 'in' | 'out'
  atMs: number
  /** As read; null when it was not readable. */
  plate: string | null
  colour: PlateColour
  vehicleClass: VehicleClass
  /** Unique; tells unreadable vehicles apart. */
  read: string
  /** The gate whose camera saw it; absent in history. */
  gate?: string
}

/** When something is worked off, against which open stays are old and at which bills are issued. */
export interface Moment {
  nowMs: number
  /** Absent: each bill is dated at its exit, as for history. */
  issuedMs?: number
  /** Stays that left before are priced and get no bill: they were settled where they come from. Absent: all are billed. */
  billFromMs?: number
}

/** A passage that no stay holds yet. */
type Fresh = Passage & { vehicle: VehiclePassage; asStay?: string }

/** What is to change about the passages of one plate in one lot. */
export interface Rework {
  add?: readonly VehiclePassage[]
  /** Passages that are not this plate's after all, or never were one. */
  drop?: readonly { direction: 'in' | 'out'; atMs: number }[]
  /** A new stay that begins with one of `add` goes on under this id: its bills and its address stay its own. */
  asStay?: string
  /** From when on, where no passage changes but something was decided about some. */
  fromMs?: number
  /** Prices are made anew although no passage changes: a right or a payment came to be known. */
  rate?: boolean
}

/**
 * Stays, their bills and the rollups of all lots. Plates are matched exactly; whatever does not add up goes to review
 * and is never billed: whose it may be is worked out when somebody asks (`review/`). Every method works inside the
 * caller's transaction and ends with `settle`.
 */
export class LotLedger {
  readonly tariffs: Tariffs
  readonly lots: Lots
  readonly stays: Stays
  readonly bills: Bills
  readonly billing: Billing
  readonly passes: Passes
  readonly claims: StayClaims
  readonly prices: StayPrices
  readonly rollups: Rollups
  readonly counts: LotCounts
  readonly coverage: Coverage
  /** By which stays are priced. */
  readonly calendar: Calendar
  readonly sightings: Sightings
  readonly verdicts: PairingVerdicts
  #termsOf: (stay: StayRecord) => StayTerms = () => ({ discounts: [] })

  constructor(records: Records, calendar: Calendar = chinaCalendar, policy: BillingPolicy = plainPolicy) {
    this.calendar = calendar
    this.tariffs = new Tariffs(records)
    this.lots = new Lots(records, this.tariffs)
    this.counts = new LotCounts(records)
    this.coverage = new Coverage(records)
    this.stays = new Stays(records)
    this.sightings = new Sightings(records)
    this.verdicts = new PairingVerdicts(records)
    this.billing = new Billing(records, policy)
    this.bills = this.billing.bills
    this.passes = new Passes(records)
    this.claims = new StayClaims(records)
    this.prices = new StayPrices(this.stays, this.passes, this.claims, calendar)
    this.rollups = new Rollups(records, this.stays)
  }

  /** Asks what was promised to a stay whenever one is priced. */
  termsFrom(termsOf: (stay: StayRecord) => StayTerms): void {
    this.#termsOf = termsOf
  }

  /**
   * Works vehicles into the stays of one lot.
   *
   * @param vehicles of one plate (after normalisation), in any order, also late ones
   * @returns how many were new (second reads of one passage are not), and by how many the open stays grew
   */
  pass(lot: LotSetup, vehicles: readonly VehiclePassage[], moment: Moment): { accepted: number; opened: number } {
    const plate = vehicles[0]?.plate == null ? null : normalisePlate(vehicles[0].plate)
    if (plate === null || !isPlate(plate)) return this.#queue(lot, plate, vehicles)
    return this.rework(lot, plate, { add: vehicles }, moment)
  }

  /**
   * Pairs the passages of one plate in one lot anew from the first that changes, and writes what has become different:
   * stays, bills, rollups.
   */
  rework(lot: LotSetup, plate: string, change: Rework, moment: Moment): { accepted: number; opened: number } {
    const { add = [], drop = [] } = change
    const firstMs = Math.min(change.fromMs ?? Number.POSITIVE_INFINITY, ...[...add, ...drop].map(({ atMs }) => atMs))
    const known = new Map(this.stays.chain(lot.id, plate, firstMs).map((stay) => [stay.id, stay]))
    const corrected = drop.length > 0 || change.asStay !== undefined || change.fromMs !== undefined
    const live = corrected || add.some(({ gate }) => gate !== undefined)
    const held = [...known.values()].flatMap((stay) => this.#passagesOf(stay, live))
    const dropped = ({ direction, atMs }: Passage) =>
      drop.some((one) => one.direction === direction && one.atMs === atMs)
    const fresh = add.map((vehicle): Fresh => {
      const { direction, atMs, gate } = vehicle
      return {
        direction,
        atMs,
        vehicle,
        ...(gate !== undefined && { seen: { ...vehicle, gate } }),
        ...(change.asStay !== undefined && { asStay: change.asStay }),
      }
    })

    let accepted = 0
    let opened = 0
    const kept = new Set<string>()
    const verdictOf = (enteredMs: number, leftMs: number) => this.verdicts.of(lot.id, plate, enteredMs, leftMs)
    let rate = change.rate === true
    const passages: (Passage | Fresh)[] = [...fresh, ...held.filter((passage) => !dropped(passage))]
    for (const pairing of pairPassages(passages, lot.stayLimitMs, verdictOf)) {
      for (const passage of [pairing.entry, pairing.exit]) if (passage && 'vehicle' in passage) accepted++
      const before = holder(pairing, known)
      const after = this.#stayOf(lot, plate, pairing, before, known, moment)
      kept.add(after.id)
      opened += Number(after.state === 'open') - Number(before?.state === 'open')
      // The price of an entry may be part of that of the next.
      const wasFen = before?.amountFen ?? 0
      this.#put(before, after, moment, rate)
      rate ||= after.amountFen !== wasFen && looksBack(this.#documentOf(after))
    }
    // Exits that waited for their entry are a part of its stay now; what was dropped leaves nothing behind.
    for (const stay of known.values()) {
      if (kept.has(stay.id)) continue
      opened -= Number(stay.state === 'open')
      this.#remove(stay, moment)
    }
    if (live) this.#doubtClones(plate, firstMs - lot.stayLimitMs, moment)
    return { accepted, opened }
  }

  /** Pairs a plate's passages anew after something was decided about them. */
  touch(lot: LotSetup, plate: string, atMs: number, moment: Moment): void {
    this.rework(lot, plate, { fromMs: atMs }, moment)
  }

  /** Prices one plate's stays from an instant on anew: a pass, a discount or a payment came to be known. */
  rate(lot: LotSetup, plate: string, fromMs: number, moment: Moment): void {
    this.rework(lot, plate, { fromMs, rate: true }, moment)
  }

  /** What an open or closed stay costs when it ends at `leftMs`; nothing for those who never pay. */
  priceOf(stay: StayRecord, leftMs: number): Price {
    const { enteredMs, plate, vehicleClass, reason } = stay
    // Emergency vehicles park where their work is.
    if (enteredMs === null || plate === null || vehicleClass === 'emergency' || reason === turnedBack) return free
    if (leftMs - enteredMs < this.billing.policy.shortestStayS * 1000) return free
    const terms = this.#termsOf({ ...stay, leftMs })
    const price = this.prices.price(this.#documentOf(stay), { ...stay, enteredMs, plate }, leftMs, terms.discounts)
    return withSurcharge(price, terms)
  }

  #documentOf({ tariff, tariffVersion }: StayRecord) {
    return this.tariffs.edition(tariff, tariffVersion).document
  }

  /** Takes a stay out of the figures, with its bill. */
  #remove(stay: StayRecord, { nowMs, issuedMs = nowMs }: Moment): void {
    if (stay.bill !== null) this.billing.withdraw(stay.bill, issuedMs)
    this.stays.remove(stay.id)
    this.rollups.remove(stay)
  }

  /** Forgets a stay that no chain of a readable plate holds: a person has found out whose it is, or that it was none. */
  dismiss(stay: StayRecord, moment: Moment): void {
    this.#remove(stay, moment)
  }

  #passagesOf({ id, lot, plate, enteredMs, leftMs, reason }: StayRecord, live: boolean): Passage[] {
    const passage = (direction: 'in' | 'out', atMs: number): Passage => {
      // What history says needs no look at what cameras saw.
      const seen = live || reason !== null ? this.sightings.find({ lot, plate, direction, atMs }) : undefined
      return { direction, atMs, stay: id, ...(seen && { seen }) }
    }
    return [
      ...(enteredMs === null ? [] : [passage('in', enteredMs)]),
      ...(leftMs === null ? [] : [passage('out', leftMs)]),
    ]
  }

  /**
   * A vehicle cannot be in two lots at once: stays of one plate that overlap are held until a person has looked, and
   * released when a late event shows that they do not overlap.
   */
  #doubtClones(plate: string, fromMs: number, moment: Moment): void {
    const stays = this.stays.ofPlate(plate, fromMs)
    for (const stay of stays) {
      const { enteredMs, leftMs, state, reason, lot } = stay
      if (enteredMs === null || leftMs === null || (state !== 'closed' && reason !== elsewhere)) continue
      const confirmed = this.verdicts.of(lot, plate, enteredMs, leftMs) === 'together'
      const cloned = !confirmed && stays.some((other) => other.lot !== lot && overlap(stay, other))
      if (cloned === (reason === elsewhere)) continue
      this.#put(stay, { ...stay, state: cloned ? 'review' : 'closed', reason: cloned ? elsewhere : null }, moment)
    }
  }

  /** Flags the open stays of a lot that are older than its limit. That they have left is not known. */
  expire(lot: LotSetup, nowMs: number): number {
    const old = this.stays.openBefore(lot.id, nowMs - lot.stayLimitMs)
    for (const stay of old) this.#put(stay, { ...stay, state: 'expired', reason: expiredReason }, { nowMs })
    return old.length
  }

  /** Writes rollups and counts of what has changed since the last call. */
  settle(): void {
    this.rollups.flush()
    this.counts.settle()
  }

  /** Forgets what was not settled, when its transaction failed. */
  discard(): void {
    this.rollups.discard()
    this.counts.discard()
  }

  /** A vehicle without a usable plate: one entry in the review queue for each passage. */
  #queue(lot: LotSetup, plate: string | null, vehicles: readonly VehiclePassage[]) {
    let accepted = 0
    for (const { direction, atMs, colour, vehicleClass, read } of vehicles) {
      const id = stayId(lot.id, direction, atMs, read)
      if (this.stays.find(id)) continue
      const edition = this.tariffs.inForce(lot.tariff, atMs)
      const stay: StayRecord = {
        id,
        lot: lot.id,
        plate,
        colour,
        vehicleClass,
        state: 'review',
        enteredMs: direction === 'in' ? atMs : null,
        leftMs: direction === 'out' ? atMs : null,
        reason: plate === null ? 'plate not read' : noPlateShape,
        tariff: edition.id,
        tariffVersion: edition.version,
        amountFen: 0,
        bill: null,
      }
      this.#put(undefined, stay, { nowMs: atMs })
      accepted++
    }
    return { accepted, opened: 0 }
  }

  /** The stay that a pairing describes; keeps what it already says about the same entry. */
  #stayOf(
    lot: LotSetup,
    plate: string,
    { entry, exit, state, reason }: Pairing,
    before: StayRecord | undefined,
    known: ReadonlyMap<string, StayRecord>,
    { nowMs }: Moment,
  ): StayRecord {
    const first = (entry ?? exit) as Passage | Fresh
    const seen = 'vehicle' in first ? first.vehicle : (known.get(first.stay as string) as StayRecord)
    const expired = state === 'open' && nowMs - first.atMs > lot.stayLimitMs
    // Where else the vehicle was is looked at afterwards; until then what is held stays held.
    const held = state === 'closed' && same(before, entry, exit) && before?.reason === elsewhere
    const priced = before && before.enteredMs === (entry?.atMs ?? null)
    const edition = priced ? undefined : this.tariffs.inForce(lot.tariff, first.atMs)
    return {
      id: before?.id ?? this.#newId(lot, plate, first),
      lot: lot.id,
      plate,
      colour: seen.colour,
      vehicleClass: seen.vehicleClass,
      state: expired ? 'expired' : held ? 'review' : state,
      enteredMs: entry?.atMs ?? null,
      leftMs: exit?.atMs ?? null,
      reason: expired ? expiredReason : held ? elsewhere : reason,
      tariff: edition?.id ?? (before as StayRecord).tariff,
      tariffVersion: edition?.version ?? (before as StayRecord).tariffVersion,
      amountFen: before?.amountFen ?? 0,
      bill: before?.bill ?? null,
    }
  }

  #newId(lot: LotSetup, plate: string, first: Passage | Fresh): string {
    if ('asStay' in first && first.asStay !== undefined) return first.asStay
    let id = stayId(lot.id, first.direction, first.atMs, plate)
    // A stay whose plate was corrected keeps its id, which the same reading may lead to again.
    while (this.stays.find(id)) id += 'n'
    return id
  }

  /** Writes a stay with its bill and its share of the rollups, unless nothing has changed. */
  #put(before: StayRecord | undefined, after: StayRecord, moment: Moment, rate = false): void {
    const fields = Object.keys(after) as (keyof StayRecord)[]
    const unchanged = () => before && fields.every((field) => before[field] === after[field])
    if (!rate && unchanged()) return
    this.#bill(after, moment)
    if (unchanged()) return
    this.stays.write(after)
    this.rollups.replace(before, after)
  }

  /** Sets price and bill of a changed stay. A bill is made once it has closed, and only for an amount. */
  #bill(stay: StayRecord, { nowMs, issuedMs, billFromMs }: Moment): void {
    const { leftMs, plate } = stay
    const closed = stay.state === 'closed' && leftMs !== null && plate !== null
    const price = closed ? this.priceOf(stay, leftMs) : free
    stay.amountFen = price.amountFen
    if (stay.bill === null && billFromMs !== undefined && (leftMs ?? 0) < billFromMs) return
    if (closed)
      stay.bill = this.billing.rate({ ...stay, plate }, price, issuedMs ?? leftMs, Math.max(nowMs, issuedMs ?? 0))
    else if (stay.bill !== null) {
      this.billing.withdraw(stay.bill, issuedMs ?? nowMs)
      stay.bill = null
    }
  }
}

const free: Price = { amountFen: 0, lines: [] }

const elsewhere = 'the same plate was in another lot at the same time: cloned, misread, or its exit was missed'

/** Clocks of two lots may differ by this much. */
const clockToleranceMs = 60_000

/** Whether the other stay has the vehicle elsewhere while this one lasts. An exit that was missed says nothing. */
function overlap(stay: StayRecord, other: StayRecord): boolean {
  if (other.enteredMs === null || (other.leftMs === null && other.state !== 'open')) return false
  const untilMs = Math.min(stay.leftMs as number, other.leftMs ?? Number.POSITIVE_INFINITY)
  return untilMs - Math.max(stay.enteredMs as number, other.enteredMs) > clockToleranceMs
}

const same = (before: StayRecord | undefined, entry: Passage | null, exit: Passage | null): boolean =>
  before?.enteredMs === entry?.atMs && before?.leftMs === exit?.atMs

const expiredReason = 'open for longer than the stay limit of the lot; whether it has left is not known'

/** The known stay that begins with the pairing's entry, or consists of its exit alone. */
function holder({ entry, exit }: Pairing, known: ReadonlyMap<string, StayRecord>): StayRecord | undefined {
  const stay = known.get((entry ?? exit)?.stay ?? '')
  return entry || stay?.enteredMs === null ? stay : undefined
}

/**
 * The same for the same passage, however often and in whatever order it is told. Begins with the time, so that new stays
 * are neighbours on disk; keeps plates out of addresses.
 */
const stayId = (lot: string, direction: string, atMs: number, vehicle: string): string =>
  `s-${atMs.toString(36)}-${hash('sha256', `${lot}\n${direction}\n${vehicle}`).slice(0, 16)}`
