import { fromTimestamp, type GateRead } from '@clearway/contracts'
import type { Core } from '../../core.ts'
import type { JournalEntry, Projection } from '../../ingest/entry.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { LotSetup } from '../lots/lots.ts'
import { normalisePlate } from './plate.ts'

/**
 * Works what the gates report into stays, bills, counts and rollups, exactly once.
 *
 * @param changed told which lots are different, before the transaction ends
 */
export function gateReads(core: Core, ledger: LotLedger, changed: (lot: string) => void): Projection {
  return {
    name: 'parking',
    channels: ['gate/read'],
    apply(entries) {
      try {
        for (const entry of entries) {
          const lot = lotOf(core, ledger, entry)
          if (lot && passGate(core, ledger, lot, entry)) changed(lot.id)
        }
        ledger.settle()
      } catch (error) {
        ledger.discard()
        throw error
      }
    },
  }
}

/** The lot whose gate the device is. A gate without a lot can only be counted; its reads stay in the journal. */
function lotOf(core: Core, ledger: LotLedger, { device, seq }: JournalEntry): LotSetup | undefined {
  const id = core.devices.find(device)?.lot
  const lot = id === undefined ? undefined : ledger.lots.find(id)
  if (!lot) core.log.warn({ device, lot: id, seq }, 'gate read of no known lot: PUT the lot or correct the device')
  return lot
}

/** @returns whether it was a new passage */
function passGate(core: Core, ledger: LotLedger, lot: LotSetup, entry: JournalEntry): boolean {
  const { direction, plate, plateColour: colour, vehicleClass, confidence, imageRef, at } = entry.body as GateRead
  // Late is honest after an outage; from the future is a wrong clock, by which nobody is to be billed.
  const atMs = entry.skewed ? Math.min(fromTimestamp(at), entry.receivedMs) : fromTimestamp(at)
  const gate = entry.device
  const vehicle = { direction, atMs, plate, colour, vehicleClass, read: `${gate}/${entry.id}`, gate }
  ledger.sightings.add({
    ...vehicle,
    lot: lot.id,
    plate: plate === null ? null : normalisePlate(plate),
    readAs: plate,
    confidence,
    imageRef: imageRef ?? null,
  })
  const { accepted } = ledger.pass(lot, [vehicle], { nowMs: entry.receivedMs, issuedMs: entry.receivedMs })
  if (accepted === 0) return false
  ledger.coverage.add(lot.id, [atMs])
  // A gate whose clock is ahead must not keep its lot fresh for longer than it reports.
  const seenMs = Math.min(atMs, entry.receivedMs)
  // What comes late changes the count of now, but is no reading of it.
  if (!ledger.counts.add(lot, { kind: 'passage', direction, atMs: seenMs, id: vehicle.read })) return true
  const occupied = Math.min(ledger.counts.of(lot).corrected, lot.capacity)
  const vacant = lot.capacity - occupied
  core.series.append([{ measurement: 'lot_occupancy', tags: { lot: lot.id }, atMs, fields: { occupied, vacant } }])
  return true
}
