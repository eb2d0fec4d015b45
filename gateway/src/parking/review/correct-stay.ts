import { ConflictError, fromTimestamp, InputError, NotFoundError, type StayCorrection } from '@clearway/contracts'
import type { LotLedger, Moment, VehiclePassage } from '../lot-ledger.ts'
import type { LotSetup } from '../lots/lots.ts'
import type { ConfirmedRead } from '../matching/reading-errors.ts'
import { isPlate, normalisePlate } from '../stays/plate.ts'
import type { StayRecord } from '../stays/stays.ts'

/** What a correction made of the stays. */
export interface Corrected {
  /** The stay that was corrected as it is now; null when it was dismissed or became a part of another. */
  stay: StayRecord | null
  /** What cameras read and what it was, for the confusion costs. */
  confirmed: ConfirmedRead[]
}

type Leg = { direction: 'in' | 'out'; atMs: number }

/**
 * Does what a person has found out, by moving passages between plates and adding those that no camera saw; the stays
 * follow by the ledger's own rules, so that late events find them as if the cameras had been right.
 *
 * @throws InputError naming the field; ConflictError when the stay is not in a state for it
 */
export function correctStay(
  ledger: LotLedger,
  stay: StayRecord,
  correction: StayCorrection,
  moment: Moment,
): Corrected {
  const lot = ledger.lots.get(stay.lot)
  const { action } = correction
  switch (action) {
    case 'confirm':
      return judged(ledger, lot, stay, 'together', moment)
    case 'separate':
      return judged(ledger, lot, stay, 'apart', moment)
    case 'dismiss':
      return dismissed(ledger, lot, stay, moment)
    case 'plate':
      return underPlate(ledger, lot, stay, plateOf(correction.plate), moment)
    case 'pair':
      return pairedWith(ledger, lot, stay, correction, moment)
    case 'times':
      return timed(ledger, lot, stay, correction, moment)
    case 'split':
      return split(ledger, lot, stay, correction, moment)
  }
}

/** The entry and the exit of the stay belong together, or do not. */
function judged(
  ledger: LotLedger,
  lot: LotSetup,
  stay: StayRecord,
  verdict: 'together' | 'apart',
  moment: Moment,
): Corrected {
  const { plate, enteredMs, leftMs } = whole(stay)
  ledger.verdicts.put(lot.id, plate, enteredMs, leftMs, verdict)
  ledger.touch(lot, plate, enteredMs, moment)
  const confirmed = verdict === 'together' ? readsOf(ledger, stay, plate) : []
  return { stay: ledger.stays.find(stay.id) ?? null, confirmed }
}

/** It was no visit: a second read, a trailer, a passer-by. */
function dismissed(ledger: LotLedger, lot: LotSetup, stay: StayRecord, moment: Moment): Corrected {
  if (stay.plate === null || !isPlate(stay.plate)) ledger.dismiss(stay, moment)
  else ledger.rework(lot, stay.plate, { drop: legsOf(stay) }, moment)
  return { stay: null, confirmed: [] }
}

/** All passages of the stay were this plate's. */
function underPlate(ledger: LotLedger, lot: LotSetup, stay: StayRecord, plate: string, moment: Moment): Corrected {
  if (plate === stay.plate) throw fault('plate', `is ${plate} already; use action confirm`)
  const confirmed = readsOf(ledger, stay, plate)
  move(ledger, lot, stay, plate, moment)
  return { stay: standing(ledger, lot, plate, stay), confirmed }
}

/** The exit of this stay and the entry of another one are one visit. */
function pairedWith(
  ledger: LotLedger,
  lot: LotSetup,
  stay: StayRecord,
  correction: Extract<StayCorrection, { action: 'pair' }>,
  moment: Moment,
): Corrected {
  const other = ledger.stays.find(correction.with)
  if (!other) throw new NotFoundError('stay-unknown', `with: there is no stay "${correction.with}"`)
  if (other.lot !== stay.lot) throw fault('with', `is a stay of lot ${other.lot}; pair stays of one lot`)
  const [entry, exit] = stay.enteredMs !== null ? [stay, other] : [other, stay]
  if (entry.leftMs !== null || entry.enteredMs === null || exit.enteredMs !== null || exit.leftMs === null) {
    const message = 'one of the two must be an entry alone, the other an exit alone'
    throw new ConflictError('not-to-pair', message, [{ field: 'with', message }])
  }
  if (exit.leftMs < entry.enteredMs) throw fault('with', 'leaves before it enters; correct the times first')
  const plate = correction.plate === undefined ? likelier(entry, exit) : plateOf(correction.plate)
  const confirmed = [...readsOf(ledger, entry, plate), ...readsOf(ledger, exit, plate)]
  if (entry.plate !== plate) move(ledger, lot, entry, plate, moment)
  if (exit.plate !== plate) move(ledger, lot, exit, plate, moment)
  ledger.verdicts.put(lot.id, plate, entry.enteredMs, exit.leftMs, 'together')
  ledger.touch(lot, plate, entry.enteredMs, moment)
  const now = ledger.stays.find(entry.id)
  if (now?.leftMs !== exit.leftMs) {
    const message = `another passage of this plate lies between ${correction.with} and this one; correct that first`
    throw new ConflictError('between', message, [{ field: 'with', message }])
  }
  return { stay: now, confirmed }
}

/** A person knows when it came or left: the passage that no camera saw is added, or one with a wrong time replaced. */
function timed(
  ledger: LotLedger,
  lot: LotSetup,
  stay: StayRecord,
  correction: Extract<StayCorrection, { action: 'times' }>,
  moment: Moment,
): Corrected {
  const plate = plateIn(stay)
  if (correction.enteredAt === undefined && correction.leftAt === undefined) {
    throw fault('enteredAt', 'is missing, and so is leftAt: give at least one')
  }
  const enteredMs =
    correction.enteredAt === undefined ? stay.enteredMs : past('enteredAt', correction.enteredAt, moment)
  const leftMs = correction.leftAt === undefined ? stay.leftMs : past('leftAt', correction.leftAt, moment)
  if (enteredMs !== null && leftMs !== null && leftMs < enteredMs) {
    throw fault('leftAt', 'lies before the entry; a vehicle leaves after it came')
  }
  const legs: Leg[] = [
    ...(enteredMs === null ? [] : [{ direction: 'in' as const, atMs: enteredMs }]),
    ...(leftMs === null ? [] : [{ direction: 'out' as const, atMs: leftMs }]),
  ]
  if (enteredMs !== null && leftMs !== null) ledger.verdicts.put(lot.id, plate, enteredMs, leftMs, 'together')
  ledger.rework(lot, plate, { drop: legsOf(stay) }, moment)
  ledger.rework(lot, plate, { add: legs.map((leg) => vehicleOf(stay, plate, leg)), asStay: stay.id }, moment)
  return { stay: standing(ledger, lot, plate, stay), confirmed: [] }
}

/** The vehicle left and came back between the two, and no camera saw it. */
function split(
  ledger: LotLedger,
  lot: LotSetup,
  stay: StayRecord,
  correction: Extract<StayCorrection, { action: 'split' }>,
  moment: Moment,
): Corrected {
  const { plate, enteredMs, leftMs } = whole(stay)
  const outMs = past('leftAt', correction.leftAt, moment)
  const inMs = past('enteredAt', correction.enteredAt, moment)
  if (outMs <= enteredMs) throw fault('leftAt', 'lies before the entry of the stay')
  if (inMs <= outMs) throw fault('enteredAt', 'lies before leftAt; it comes back after it left')
  if (inMs >= leftMs) throw fault('enteredAt', 'lies after the exit of the stay')
  const legs: Leg[] = [
    { direction: 'out', atMs: outMs },
    { direction: 'in', atMs: inMs },
  ]
  ledger.rework(lot, plate, { add: legs.map((leg) => vehicleOf(stay, plate, leg)) }, moment)
  return { stay: ledger.stays.find(stay.id) ?? null, confirmed: [] }
}

/** Moves the passages of a stay to another plate; where the stay begins with its entry, it stays the same stay. */
function move(ledger: LotLedger, lot: LotSetup, stay: StayRecord, plate: string, moment: Moment): void {
  const legs = legsOf(stay)
  if (stay.plate === null || !isPlate(stay.plate)) ledger.dismiss(stay, moment)
  else ledger.rework(lot, stay.plate, { drop: legs }, moment)
  const vehicles = legs.map((leg): VehiclePassage => {
    const key = { lot: lot.id, plate: stay.plate, ...leg }
    const seen = ledger.sightings.find(key)
    ledger.sightings.rename(key, plate)
    return { ...vehicleOf(stay, plate, leg), ...(seen && { ...seen, plate }) }
  })
  ledger.rework(lot, plate, { add: vehicles, asStay: stay.id }, moment)
}

const vehicleOf = (stay: StayRecord, plate: string, { direction, atMs }: Leg): VehiclePassage => ({
  direction,
  atMs,
  plate,
  colour: stay.colour,
  vehicleClass: stay.vehicleClass,
  read: `correction of ${stay.id}`,
})

function legsOf({ enteredMs, leftMs }: StayRecord): Leg[] {
  const legs: Leg[] = []
  if (enteredMs !== null) legs.push({ direction: 'in', atMs: enteredMs })
  if (leftMs !== null) legs.push({ direction: 'out', atMs: leftMs })
  return legs
}

/** The reads of a stay beside the plate that they were. */
function readsOf(ledger: LotLedger, stay: StayRecord, truth: string): ConfirmedRead[] {
  return legsOf(stay).flatMap((leg) => {
    const seen = ledger.sightings.find({ lot: stay.lot, plate: stay.plate, ...leg })
    if (!seen?.readAs) return []
    return [{ read: normalisePlate(seen.readAs), truth, confidence: seen.confidence }]
  })
}

/** The stay that holds what was corrected: itself, or the one of which it has become the exit. */
function standing(ledger: LotLedger, lot: LotSetup, plate: string, { id, enteredMs, leftMs }: StayRecord) {
  const itself = ledger.stays.find(id)
  if (itself) return itself
  const atMs = (enteredMs ?? leftMs) as number
  return ledger.stays.chain(lot.id, plate, atMs).find((stay) => stay.leftMs === leftMs) ?? null
}

/** Of two readings, the one that has the shape of a plate; else the entry's. */
function likelier(entry: StayRecord, exit: StayRecord): string {
  const plates = [entry.plate, exit.plate].filter((plate) => plate !== null && isPlate(plate)) as string[]
  if (plates[0] === undefined) throw fault('plate', 'is missing: neither reading is a plate, so give the right one')
  return plates[0]
}

function whole(stay: StayRecord): { plate: string; enteredMs: number; leftMs: number } {
  const { enteredMs, leftMs } = stay
  if (enteredMs === null || leftMs === null) {
    const message = `needs a stay with an entry and an exit; this one has only ${enteredMs === null ? 'an exit' : 'an entry'}`
    throw new ConflictError('half-a-stay', message, [{ field: 'action', message }])
  }
  return { plate: plateIn(stay), enteredMs, leftMs }
}

function plateIn({ plate }: StayRecord): string {
  if (plate !== null && isPlate(plate)) return plate
  const message = 'needs a stay with a plate; correct the plate first (action plate)'
  throw new ConflictError('no-plate', message, [{ field: 'action', message }])
}

function plateOf(given: string): string {
  const plate = normalisePlate(given)
  if (!isPlate(plate)) throw fault('plate', `${given} has the shape of no plate (GA 36-2018); give it as on the image`)
  return plate
}

function past(field: string, at: string, { nowMs }: Moment): number {
  const ms = fromTimestamp(at)
  if (ms > nowMs) throw fault(field, `${at} lies in the future; give a time that has passed`)
  return ms
}

function fault(field: string, message: string): InputError {
  return new InputError('stay-correction', `${field} ${message}`, [{ field, message }])
}
