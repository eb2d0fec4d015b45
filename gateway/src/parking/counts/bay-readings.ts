import type { BayOccupancy } from '@clearway/contracts'
import type { Core } from '../../core.ts'
import type { JournalEntry, Projection } from '../../ingest/entry.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { LotSetup } from '../lots/lots.ts'
import { bayEvidence, seesWhole } from './bay-evidence.ts'

/** A sample of the bays is much the same from one minute to the next: it counts as evidence so often only. */
const sampleEveryMs = 900_000
/** Who passed a gate within this may still look for a bay, or be on the way out. */
const movingMs = 180_000

interface BayRow {
  device: string
  occupied: number
}

/**
 * Takes up what the bay sensors report: each sensor is one bay of the lot that its device names. A lot that sees all its
 * bays is counted by them at every change, one that sees a part of them every quarter of an hour.
 *
 * @param changed told which lots are different, before the transaction ends
 */
export function bayReadings(core: Core, ledger: LotLedger, changed: (lot: string) => void): Projection {
  core.records.define(`
    create table if not exists bay_reading (
      device text primary key, lot text not null, occupied integer not null, at_ms integer not null) strict;
    create index if not exists bay_reading_lot on bay_reading (lot)`)
  const write = core.records.db.prepare(
    `insert into bay_reading values (?, ?, ?, ?) on conflict (device) do update set lot = excluded.lot,
       occupied = excluded.occupied, at_ms = excluded.at_ms where excluded.at_ms >= at_ms`,
  )
  const ofLot = core.records.db.prepare('select device, occupied from bay_reading where lot = ?')
  const takenMs = new Map<string, number>()

  const take = (lot: LotSetup, atMs: number, id: string) => {
    const rows = (ofLot.all(lot.id) as unknown as BayRow[]).filter(({ device }) => answers(core, device, lot.id))
    const read = rows.length
    const due = seesWhole({ read, capacity: lot.capacity }) || atMs - (takenMs.get(lot.id) ?? 0) >= sampleEveryMs
    if (read === 0 || !due) return
    takenMs.set(lot.id, atMs)
    const occupied = rows.filter((row) => row.occupied === 1).length
    const moving = ledger.counts.passagesSince(lot.id, atMs - movingMs)
    const evidence = bayEvidence({ read, occupied, capacity: lot.capacity, moving })
    ledger.counts.add(
      lot,
      { kind: 'evidence', reason: 'bays', atMs, id, ...evidence },
      { evidence: { bays: read, occupied, moving } },
    )
    changed(lot.id)
  }

  return {
    name: 'parking-bays',
    channels: ['bay/occupancy'],
    apply(entries) {
      try {
        const newest = new Map<string, { lot: LotSetup; atMs: number; id: string }>()
        for (const entry of entries) {
          const lot = lotOf(core, ledger, entry)
          if (!lot) continue
          const atMs = Math.min(entry.atMs, entry.receivedMs)
          write.run(entry.device, lot.id, Number((entry.body as BayOccupancy).occupied), atMs)
          const before = newest.get(lot.id)
          if (!before || atMs >= before.atMs) newest.set(lot.id, { lot, atMs, id: `bays ${entry.device}/${entry.id}` })
        }
        for (const { lot, atMs, id } of newest.values()) take(lot, atMs, id)
        ledger.settle()
      } catch (error) {
        ledger.discard()
        throw error
      }
    },
  }
}

/** A bay of no known lot says nothing about any; its readings stay in the journal. */
function lotOf(core: Core, ledger: LotLedger, { device, seq }: JournalEntry): LotSetup | undefined {
  const id = core.devices.find(device)?.lot
  const lot = id === undefined ? undefined : ledger.lots.find(id)
  if (!lot) core.log.warn({ device, lot: id, seq }, 'bay reading of no known lot: PUT the lot or correct the device')
  return lot
}

/** A sensor that was taken away, moved to another lot or cannot be reached says nothing about the lot any more. */
function answers(core: Core, device: string, lot: string): boolean {
  const found = core.devices.find(device)
  return found?.lot === lot && found.state !== 'revoked' && found.state !== 'offline'
}
