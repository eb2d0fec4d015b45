import { byAnchor, type Hold, type Placement } from './hold.ts'
import { fits, type Pool, sectionsOf } from './pool.ts'
import { seatPool } from './pool-seats.ts'
import { freeBay, type SharedLot, seatShared, stillFits } from './shared-lot.ts'

/** A lot that serves an origin, and how far it is from there on foot. */
export interface PlaceInReach {
  lot: string
  walkM: number
}

/** What there is to be given. */
export interface Supply {
  pools: ReadonlyMap<string, Pool>
  shared: ReadonlyMap<string, SharedLot>
  /** Lots of each origin in order: the one asked for, then others by distance. */
  places: ReadonlyMap<string, readonly PlaceInReach[]>
}

/** The waiting list closes so long before the appointment. */
export const waitingClosesMs = 10 * 60_000
/** Who needs a disabled bay is not sent farther than this on foot. */
const farthestDisabledM = 150

/**
 * Who gets which bay: a pure function of what is wanted and held, what there is, and the time. Holds that were booked keep
 * their place; who waits is served in order of appointment, from the lot asked for outwards. Calling it again with its own
 * result changes nothing.
 *
 * @param holds everything that waits, is booked or is there, in any order
 * @returns a placement for each hold, in the order of `holds`
 */
export function allocate(holds: readonly Hold[], supply: Supply, nowMs: number): Placement[] {
  const held = new HeldBays(supply, nowMs)
  const reasons = new Map<string, string>()
  for (const hold of holds) if (hold.state !== 'waiting') held.add(hold)
  const displaced = holds.filter((hold) => hold.state === 'booked' && !held.keeps(hold))
  for (const hold of displaced) {
    held.remove(hold)
    reasons.set(hold.id, `bay ${hold.bay} of ${hold.lot} is not free in time: its owner or who is there needs it`)
  }
  const refused = new Set<string>()
  const entryOf = new Map<string, string>()
  const waiting = holds.filter(({ state }) => state === 'waiting')
  for (const hold of [...displaced.toSorted(byAnchor), ...waiting.toSorted(byAnchor)]) {
    if (held.place(hold)) continue
    const other = entryOf.get(hold.vehicle)
    if (nowMs >= hold.anchorMs - waitingClosesMs) {
      refused.add(hold.id)
      reasons.set(hold.id, 'no bay was free when the waiting list closed, 10 min before the time')
    } else if (other !== undefined) {
      refused.add(hold.id)
      reasons.set(hold.id, `the vehicle is on the waiting list already, with ${other}: one entry each`)
    } else {
      entryOf.set(hold.vehicle, hold.id)
      if (!reasons.has(hold.id)) reasons.set(hold.id, held.fullReason(hold))
    }
  }

  const seats = held.seats()
  return holds.map(({ id, origin, lot }): Placement => {
    const places = supply.places.get(origin) ?? []
    const wanted = places[0]?.lot ?? lot
    const given = held.find(id)
    if (!given) {
      const state = refused.has(id) ? 'refused' : 'waiting'
      return { id, state, lot: wanted, bay: null, walkM: 0, overbooked: false, reason: reasons.get(id) ?? null }
    }
    const bay = seats.get(id) ?? null
    const full = given.lot === wanted ? null : `${wanted} is full; this is the nearest free bay on foot`
    return {
      id,
      state: given.state === 'arrived' ? 'arrived' : 'booked',
      lot: given.lot,
      bay,
      walkM: places.find((place) => place.lot === given.lot)?.walkM ?? 0,
      overbooked: bay === null,
      reason: reasons.get(id) ?? (bay === null ? 'booked beyond the bays: the bay is named when one is free' : full),
    }
  })
}

/** The bays that are held while an allocation is worked out. */
class HeldBays {
  readonly #supply: Supply
  readonly #nowMs: number
  readonly #byLot = new Map<string, Hold[]>()
  readonly #byId = new Map<string, Hold>()

  constructor(supply: Supply, nowMs: number) {
    this.#supply = supply
    this.#nowMs = nowMs
  }

  find(id: string): Hold | undefined {
    return this.#byId.get(id)
  }

  add(hold: Hold): void {
    this.#byId.set(hold.id, hold)
    this.#in(hold.lot).push(hold)
  }

  remove({ id, lot }: Hold): void {
    this.#byId.delete(id)
    this.#byLot.set(
      lot,
      this.#in(lot).filter((other) => other.id !== id),
    )
  }

  /** Whether a booked hold can stay where it is. A pool keeps its promises, whatever has become of its size. */
  keeps(hold: Hold): boolean {
    const shared = this.#supply.shared.get(hold.lot)
    if (shared) return stillFits(shared, hold, this.#in(hold.lot), this.#nowMs)
    return this.#supply.pools.has(hold.lot)
  }

  /** Books the first place that has room. */
  place(hold: Hold): boolean {
    const places = this.#supply.places.get(hold.origin) ?? []
    return places.some(
      ({ lot, walkM }) => !(hold.need === 'disabled' && walkM > farthestDisabledM) && this.#placeIn(lot, hold),
    )
  }

  #placeIn(lot: string, hold: Hold): boolean {
    const pool = this.#supply.pools.get(lot)
    const held = this.#in(lot)
    const section = pool && sectionsOf(hold).find((each) => fits(pool, each, hold, held, this.#nowMs))
    if (section) {
      this.add({ ...hold, state: 'booked', lot, bay: null, section })
      return true
    }
    const shared = this.#supply.shared.get(lot)
    const bay = shared && freeBay(shared, hold, held, this.#nowMs)
    if (bay === undefined) return false
    this.add({ ...hold, state: 'booked', lot, bay, section: 'general' })
    return true
  }

  fullReason({ origin }: Hold): string {
    const [wanted, ...others] = this.#supply.places.get(origin) ?? []
    const nearby =
      others.length > 0 ? `none of the ${others.length} shared lots nearby has one` : 'no shared lot is near'
    return `all bays of ${wanted?.lot} for this time are taken, and ${nearby}`
  }

  /** The bay of each hold. */
  seats(): Map<string, string | null> {
    const seats = new Map<string, string | null>()
    for (const [lot, held] of this.#byLot) {
      const pool = this.#supply.pools.get(lot)
      const shared = this.#supply.shared.get(lot)
      const given = pool
        ? seatPool(pool, held, this.#nowMs)
        : shared
          ? seatShared(shared, held, this.#nowMs)
          : new Map(held.map(({ id, bay }) => [id, bay]))
      for (const [id, bay] of given) seats.set(id, bay)
    }
    return seats
  }

  #in(lot: string): Hold[] {
    const held = this.#byLot.get(lot)
    if (held) return held
    const none: Hold[] = []
    this.#byLot.set(lot, none)
    return none
  }
}
