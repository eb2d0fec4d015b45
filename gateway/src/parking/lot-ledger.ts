import { hash } from 'node:crypto'
import type { PlateColour, VehicleClass } from '@clearway/contracts'
import type { Records } from '../records/records.ts'
import { Bills } from './bills/bills.ts'
import { LotCounts } from './lots/lot-count.ts'
import { type LotSetup, Lots } from './lots/lots.ts'
import { Coverage } from './numbers/coverage.ts'
import { Rollups } from './numbers/rollups.ts'
import { isPlate, normalisePlate } from './stays/plate.ts'
import { type Pairing, type Passage, pairPassages } from './stays/stay-pairing.ts'
import { type StayRecord, Stays } from './stays/stays.ts'
import { type Calendar, chinaCalendar } from './tariffs/calendar/calendar.ts'
import { priceStay } from './tariffs/pricing.ts'
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
}

/** When something is worked off, against which open stays are old and at which bills are issued. */
export interface Moment {
  nowMs: number
  /** Absent: each bill is dated at its exit, as for history. */
  issuedMs?: number
}

type Fresh = Passage & { vehicle: VehiclePassage }

/**
 * Stays, their bills and the rollups of all lots. Plates are matched exactly; whatever does not add up goes to review
 * and is never billed. Every method works inside the caller's transaction and ends with `settle`.
 */
export class LotLedger {
  readonly tariffs: Tariffs
  readonly lots: Lots
  readonly stays: Stays
  readonly bills: Bills
  readonly rollups: Rollups
  readonly counts: LotCounts
  readonly coverage: Coverage
  /** By which stays are priced. */
  readonly calendar: Calendar

  constructor(records: Records, calendar: Calendar = chinaCalendar) {
    this.calendar = calendar
    this.tariffs = new Tariffs(records)
    this.lots = new Lots(records, this.tariffs)
    this.counts = new LotCounts(records)
    this.coverage = new Coverage(records)
    this.stays = new Stays(records)
    this.bills = new Bills(records)
    this.rollups = new Rollups(records, this.stays)
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

    const firstMs = Math.min(...vehicles.map(({ atMs }) => atMs))
    const known = new Map(this.stays.chain(lot.id, plate, firstMs).map((stay) => [stay.id, stay]))
    const passages: (Passage | Fresh)[] = vehicles.map((vehicle) => ({
      direction: vehicle.direction,
      atMs: vehicle.atMs,
      vehicle,
    }))
    for (const { id, enteredMs, leftMs } of known.values()) {
      if (enteredMs !== null) passages.push({ direction: 'in', atMs: enteredMs, stay: id })
      if (leftMs !== null) passages.push({ direction: 'out', atMs: leftMs, stay: id })
    }

    let accepted = 0
    let opened = 0
    for (const pairing of pairPassages(passages, lot.stayLimitMs)) {
      for (const passage of [pairing.entry, pairing.exit]) if (passage && 'vehicle' in passage) accepted++
      const before = holder(pairing, known)
      const after = this.#stayOf(lot, plate, pairing, before, known, moment)
      // An exit that waited in review for its entry is a part of that stay now.
      const waiting = pairing.entry && pairing.exit?.stay !== undefined && known.get(pairing.exit.stay)
      if (waiting && waiting.enteredMs === null) this.stays.remove(waiting.id)
      opened += Number(after.state === 'open') - Number(before?.state === 'open')
      this.#put(before, after, moment)
    }
    return { accepted, opened }
  }

  /** Flags the open stays of a lot that are older than its limit. That they have left is not known. */
  expire(lot: LotSetup, nowMs: number): number {
    const old = this.stays.openBefore(lot.id, nowMs - lot.stayLimitMs)
    for (const stay of old) this.#put(stay, { ...stay, state: 'expired', reason: expiredReason }, { nowMs })
    return old.length
  }

  /** Writes the rollups of what has changed since the last call. */
  settle(): void {
    this.rollups.flush()
  }

  /** Forgets what was not settled, when its transaction failed. */
  discard(): void {
    this.rollups.discard()
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
        reason: plate === null ? 'plate not read' : 'no plate has this shape',
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
    const priced = before && before.enteredMs === (entry?.atMs ?? null)
    const edition = priced ? undefined : this.tariffs.inForce(lot.tariff, first.atMs)
    return {
      id: before?.id ?? stayId(lot.id, first.direction, first.atMs, plate),
      lot: lot.id,
      plate,
      colour: seen.colour,
      vehicleClass: seen.vehicleClass,
      state: expired ? 'expired' : state,
      enteredMs: entry?.atMs ?? null,
      leftMs: exit?.atMs ?? null,
      reason: expired ? expiredReason : reason,
      tariff: edition?.id ?? (before as StayRecord).tariff,
      tariffVersion: edition?.version ?? (before as StayRecord).tariffVersion,
      amountFen: before?.amountFen ?? 0,
      bill: before?.bill ?? null,
    }
  }

  /** Writes a stay with its bill and its share of the rollups, unless nothing has changed. */
  #put(before: StayRecord | undefined, after: StayRecord, moment: Moment): void {
    const fields = Object.keys(after) as (keyof StayRecord)[]
    if (before && fields.every((field) => before[field] === after[field])) return
    this.#bill(after, moment)
    this.stays.write(after)
    this.rollups.replace(before, after)
  }

  /** Sets price and bill of a changed stay. A bill is issued once it has closed, and only for an amount. */
  #bill(stay: StayRecord, { issuedMs }: Moment): void {
    if (stay.bill !== null) this.bills.withdraw(stay.bill)
    stay.amountFen = 0
    stay.bill = null
    const { enteredMs, leftMs, plate } = stay
    // Emergency vehicles park where their work is.
    if (stay.state !== 'closed' || enteredMs === null || leftMs === null || plate === null) return
    if (stay.vehicleClass === 'emergency') return
    const { document } = this.tariffs.edition(stay.tariff, stay.tariffVersion)
    const { vehicleClass, colour: plateColour } = stay
    const rated = { enteredAtMs: enteredMs, leftAtMs: leftMs, vehicleClass, plateColour }
    const { amountFen, lines } = priceStay(document, rated, this.calendar)
    if (amountFen === 0) return
    const { id, lot, tariff, tariffVersion } = stay
    stay.amountFen = amountFen
    stay.bill = this.bills.issue({
      stay: id,
      lot,
      plate,
      amountFen,
      lines,
      tariff,
      tariffVersion,
      issuedMs: issuedMs ?? leftMs,
    })
  }
}

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
