import { InputError, type PlateColour, type VehicleClass } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'
import { LotLedger, type VehiclePassage } from '../lot-ledger.ts'
import type { Calendar } from '../tariffs/calendar/calendar.ts'
import { normalisePlate } from './plate.ts'

/** A stay from elsewhere: recorded history, or another system's. */
export interface ImportedStay {
  lot: string
  plate: string | null
  plateColour: PlateColour
  vehicleClass: VehicleClass
  enteredAtMs: number
  /** Null: still in the lot. */
  leftAtMs: number | null
}

export interface ImportOptions {
  /** Against which open stays are too old. */
  nowMs: number
  /** By which stays are priced; China's if absent. */
  calendar?: Calendar
  /** Stays that left before get no bill: they were settled where they come from. All are billed if absent. */
  billFromMs?: number
  /** Called after each committed batch with the number of stays read so far. */
  onProgress?: (stays: number) => void
}

/** Stays per transaction: large enough that syncing to disk does not count, small enough to hold in memory. */
const batchSize = 50_000

/**
 * Loads stays by the ledger's own rules: what enters twice goes to review, what closes is priced and billed, rollups
 * and counts follow. Repeating an import, or overlapping it with what the gates have reported, changes nothing twice.
 *
 * @returns stays read, and passages that were new
 * @throws InputError naming the row whose lot is not known; batches before it stay loaded
 */
export function importStays(
  records: Records,
  stays: Iterable<ImportedStay>,
  options: ImportOptions,
): { stays: number; passages: number } {
  const ledger = new LotLedger(records, options.calendar)
  let read = 0
  let passages = 0
  let batch: ImportedStay[] = []
  const load = () => {
    passages += records.transaction(() => loadBatch(ledger, batch, read, options))
    read += batch.length
    batch = []
    options.onProgress?.(read)
  }
  for (const stay of stays) {
    if (batch.push(stay) === batchSize) load()
  }
  if (batch.length > 0) load()
  return { stays: read, passages }
}

function loadBatch(
  ledger: LotLedger,
  batch: readonly ImportedStay[],
  firstRow: number,
  options: ImportOptions,
): number {
  const { nowMs, billFromMs } = options
  let passages = 0
  const indexed = batch.map((stay, i) => ({ stay, row: firstRow + i + 1 }))
  for (const [id, ofLot] of Map.groupBy(indexed, ({ stay }) => stay.lot)) {
    const lot = ledger.lots.find(id)
    if (!lot) {
      const message = `"${id}" in row ${ofLot[0]?.row} is not a lot of this city`
      throw new InputError('lot-unknown', `lot ${message}`, [{ field: 'lot', message }])
    }
    const vehicles = ofLot
      // What is close in time is close on disk.
      .toSorted((a, b) => a.stay.enteredAtMs - b.stay.enteredAtMs)
      .flatMap(({ stay, row }) => passagesOf(stay, row))
    let opened = 0
    const byPlate = Map.groupBy(vehicles, ({ plate, read }) => (plate === null ? read : normalisePlate(plate)))
    for (const ofPlate of byPlate.values()) {
      const result = ledger.pass(lot, ofPlate, { nowMs, ...(billFromMs !== undefined && { billFromMs }) })
      passages += result.accepted
      opened += result.opened
    }
    const times = vehicles.map(({ atMs }) => atMs)
    ledger.coverage.add(id, times)
    // History does not pass the gates: the count begins at what it leaves in the lot.
    const span = { fromMs: times.reduce((a, b) => Math.min(a, b)), toMs: times.reduce((a, b) => Math.max(a, b)) }
    ledger.counts.addHistory(lot, opened, span)
  }
  ledger.settle()
  return passages
}

function passagesOf(stay: ImportedStay, row: number): VehiclePassage[] {
  const { plate, plateColour: colour, vehicleClass, enteredAtMs, leftAtMs } = stay
  const vehicle = { plate, colour, vehicleClass, read: `import ${row}` }
  const passages: VehiclePassage[] = [{ ...vehicle, direction: 'in', atMs: enteredAtMs }]
  if (leftAtMs !== null) passages.push({ ...vehicle, direction: 'out', atMs: leftAtMs })
  return passages
}
