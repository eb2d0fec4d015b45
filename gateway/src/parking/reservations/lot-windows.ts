import { type FieldError, InputError, type LotWindows as LotWindowsBody } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'
import type { LotSetup } from '../lots/lots.ts'

/** Which bays of which lots owners share, and when they need them. */
export class LotWindows {
  readonly #records: Records
  /** What was read last: the same document is the same object. */
  readonly #known = new Map<string, { document: string; windows: LotWindowsBody }>()

  constructor(records: Records) {
    this.#records = records
    records.define(`create table if not exists lot_windows (
      lot text primary key references lot, document text not null) strict`)
  }

  find(lot: string): LotWindowsBody | undefined {
    const row = this.#records.db.prepare('select document from lot_windows where lot = ?').get(lot)
    if (!row) return undefined
    const { document } = row as { document: string }
    const known = this.#known.get(lot)
    if (known?.document === document) return known.windows
    const windows = JSON.parse(document) as LotWindowsBody
    this.#known.set(lot, { document, windows })
    return windows
  }

  /**
   * Bays that may be reserved: those of the owners; of a shared lot about which nothing was said all of them at any time.
   *
   * @returns undefined: the lot takes no reservations
   */
  of({ id, kind, capacity }: LotSetup): LotWindowsBody | undefined {
    const own = this.find(id)
    if (own || kind !== 'shared') return own
    return { bays: Array.from({ length: capacity }, (_, i) => ({ bay: `${i + 1}`, windows: [] })), returnMarginMin: 0 }
  }

  /** @throws InputError naming the bay that stands twice, or that the lot does not have room for */
  put({ id, capacity }: LotSetup, document: LotWindowsBody): void {
    const faults: FieldError[] = []
    const seen = new Set<string>()
    for (const [i, { bay, windows }] of document.bays.entries()) {
      if (seen.has(bay)) faults.push({ field: `bays.${i}.bay`, message: `"${bay}" stands here twice` })
      seen.add(bay)
      for (const [j, { from, until }] of windows.entries()) {
        if (from !== until && from !== '24:00') continue
        const message = `${from} to ${until} has no length; a whole day is 00:00 to 24:00`
        faults.push({ field: `bays.${i}.windows.${j}`, message })
      }
    }
    if (document.bays.length > capacity) {
      faults.push({ field: 'bays', message: `are ${document.bays.length}, the lot has ${capacity}` })
    }
    if (faults.length > 0) {
      const lines = faults.map(({ field, message }) => `${field} ${message}`)
      throw new InputError('lot-windows', `lot ${id}: ${lines.join('; ')}`, faults)
    }
    this.#records.db
      .prepare('insert into lot_windows values (?, ?) on conflict (lot) do update set document = excluded.document')
      .run(id, JSON.stringify(document))
  }
}
