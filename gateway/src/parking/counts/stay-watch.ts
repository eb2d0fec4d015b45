import { IANAZone } from 'luxon'
import type { Records } from '../../records/records.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { LotSetup } from '../lots/lots.ts'
import { staleAfterMs } from '../numbers/coverage.ts'
import { DwellByHour } from './dwell-by-hour.ts'
import { quietHour } from './quiet-hour.ts'
import { stayEvidence } from './stay-evidence.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Older stays without an exit are hardly ever still inside, and would have to be looked at for ever. */
const keptMs = 30 * dayMs
/** By when vehicles pass: of the last four weeks. */
const habitMs = 28 * dayMs
/** The newest exits of a lot tell how long vehicles stay and how many exits end no stay. */
const exitsLookedAt = 4000
/** Before anything is known, so many exits in so many end no stay. */
const prior = { unmatched: 5, exits: 100 }
/** Where more exits than these end no stay, the plates of this lot say nothing about what is in it. */
const mostUnmatched = 0.5

/** In so many turns all lots have been looked at; a turn is a minute. */
const turns = 20

/** What changes from day to day only. */
interface Habits {
  knownMs: number
  quietHour: number
  dwells: DwellByHour
  unmatchedExits: number
}

/** Looks at the stays of each lot once an hour, and holds the count against them. */
export class StayWatch {
  readonly #records: Records
  readonly #ledger: LotLedger
  readonly #zone: IANAZone
  readonly #habits = new Map<string, Habits>()
  readonly #lookedMs = new Map<string, number>()
  /** Lots of which stays have expired since the last look. */
  readonly #expired = new Map<string, number>()

  /** @param zone IANA zone of the lots */
  constructor(records: Records, ledger: LotLedger, zone: string) {
    this.#records = records
    this.#ledger = ledger
    this.#zone = IANAZone.create(zone)
  }

  noteExpired(lot: string, stays: number): void {
    if (stays > 0) this.#expired.set(lot, (this.#expired.get(lot) ?? 0) + stays)
  }

  /**
   * Looks at those lots whose turn of the hour has come, some at a time so that nothing else waits for it; in the caller's
   * transaction.
   *
   * @returns ids of the lots that were looked at
   */
  look(nowMs: number): string[] {
    const hour = Math.floor(nowMs / hourMs)
    const lots = this.#ledger.lots.list()
    const due = lots.filter(({ id }) => Math.floor((this.#lookedMs.get(id) ?? 0) / hourMs) !== hour)
    const some = due.slice(0, Math.ceil(lots.length / turns))
    for (const { id } of some) this.#lookedMs.set(id, nowMs)
    return some.filter((lot) => this.#lookAt(lot, nowMs)).map(({ id }) => id)
  }

  #lookAt(lot: LotSetup, nowMs: number): boolean {
    const count = this.#ledger.counts.of(lot)
    // Silent gates tell nothing of who has come and gone.
    if (nowMs - count.updatedMs > staleAfterMs) return false
    const hour = Math.floor(nowMs / hourMs)
    const habits = this.#habitsOf(lot.id, nowMs)
    if (habits.unmatchedExits > mostUnmatched) return false
    const night = this.#hourOf(nowMs, nowMs) === habits.quietHour
    const expired = this.#expired.get(lot.id) ?? 0
    this.#expired.delete(lot.id)
    const { enteredMs, unreadMs } = this.#ledger.stays.entriesInside(lot.id, nowMs - keptMs, nowMs)
    const evidence = stayEvidence({
      enteredMs,
      unreadMs,
      nowMs,
      survival: (entered, age) => habits.dwells.survival(entered, age),
      unmatchedExits: habits.unmatchedExits,
      missedEntries: count.missedEntries,
      night,
    })
    const reason = expired > 0 ? 'expiry' : night ? 'night' : 'stays'
    const open = enteredMs.length + unreadMs.length
    this.#ledger.counts.add(
      lot,
      { kind: 'evidence', reason, atMs: nowMs, id: `stays ${hour}`, ...evidence },
      { evidence: { openStays: open, expired, expected: rounded(evidence.mean), error: rounded(evidence.sd) } },
    )
    return true
  }

  #habitsOf(lot: string, nowMs: number): Habits {
    const known = this.#habits.get(lot)
    if (known && nowMs - known.knownMs < dayMs) return known
    const dwells = new DwellByHour((atMs) => this.#hourOf(atMs, nowMs))
    const exits = this.#ledger.stays.exits(lot, exitsLookedAt)
    let unmatched = prior.unmatched
    for (const { enteredMs, leftMs } of exits) {
      if (enteredMs === null) unmatched++
      else dwells.see(enteredMs, leftMs)
    }
    const habits: Habits = {
      knownMs: nowMs,
      quietHour: quietHour(this.#passagesByHour(lot, nowMs)),
      dwells,
      unmatchedExits: unmatched / (prior.exits + exits.length),
    }
    this.#habits.set(lot, habits)
    return habits
  }

  #passagesByHour(lot: string, nowMs: number): number[] {
    const byHour = new Array<number>(24).fill(0)
    const rows = this.#records.db
      .prepare(
        `select start_ms % ${dayMs} as ofDayMs, sum(arrivals + ended) as passages from lot_quarter
         where lot = ? and start_ms >= ? group by ofDayMs`,
      )
      .all(lot, nowMs - habitMs) as unknown as { ofDayMs: number; passages: number }[]
    for (const { ofDayMs, passages } of rows) {
      const hour = this.#hourOf(ofDayMs, nowMs)
      byHour[hour] = (byHour[hour] as number) + passages
    }
    return byHour
  }

  /** Local hour; by the offset of now, since an hour of summer time more or less does not matter to habits. */
  #hourOf(atMs: number, nowMs: number): number {
    return Math.floor((((atMs + this.#zone.offset(nowMs) * 60_000) % dayMs) + dayMs) / hourMs) % 24
  }
}

const rounded = (value: number): number => Math.round(value * 10) / 10
