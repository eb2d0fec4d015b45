import {
  type City,
  ClearwayError,
  type Hospital,
  type LotWindows as LotWindowsBody,
  type Place,
} from '@clearway/contracts'
import type { Walks } from '@clearway/routing'
import type { LotCounts } from '../parking/counts/lot-counts.ts'
import type { LotSetup, Lots } from '../parking/lots/lots.ts'
import type { PlaceInReach, Supply } from '../parking/reservations/allocate.ts'
import type { LotWindows } from '../parking/reservations/lot-windows.ts'
import type { Pool } from '../parking/reservations/pool.ts'
import type { SharedLot } from '../parking/reservations/shared-lot.ts'
import { type Hospitals, poolOf } from './hospitals.ts'
import { nearbyLots } from './nearby-lots.ts'
import type { ShowRates } from './show-rates.ts'

export const hospitalOrigin = (id: string): string => `hospital/${id}`
export const lotOrigin = (id: string): string => `lot/${id}`

/** Shared lots that are reserved for the next two hours must also have room by the count at their gates. */
const sharedRollingMs = 2 * 3_600_000

interface SupplySources {
  lots: Lots
  counts: LotCounts
  windows: LotWindows
  hospitals: Hospitals
  showRates: ShowRates
  /** Undefined where the map has no ways for people on foot. */
  walks: () => Walks | undefined
  city: City | undefined
  zone: string
}

/** What there is to be given, from the settings and the live counts. */
export class SupplyBoard {
  readonly #from: SupplySources
  /** Lots by distance are asked for at every step and change with the settings only. */
  readonly #reach = new Map<string, PlaceInReach[]>()

  constructor(from: SupplySources) {
    this.#from = from
  }

  now(nowMs: number): Supply {
    const { lots, hospitals, showRates } = this.#from
    const setups = new Map(lots.list().map((lot) => [lot.id, lot]))
    const pools = new Map<string, Pool>()
    const rate = (group: string) => showRates.rate(group)
    const all = hospitals.list()
    for (const hospital of all) {
      const lot = setups.get(hospital.lot)
      if (lot) pools.set(lot.id, poolOf(hospital, lot, this.#occupied(lot), rate, nowMs))
    }
    const shared = new Map<string, SharedLot>()
    for (const lot of setups.values()) {
      const windows = pools.has(lot.id) ? undefined : this.#from.windows.of(lot)
      if (windows) shared.set(lot.id, this.#sharedLot(lot, windows, nowMs))
    }
    const sharedLots = [...shared.keys()].map((id) => setups.get(id) as LotSetup)
    const places = new Map<string, readonly PlaceInReach[]>()
    for (const hospital of all) places.set(hospitalOrigin(hospital.id), this.#placesOf(hospital, setups, sharedLots))
    for (const id of shared.keys()) places.set(lotOrigin(id), [{ lot: id, walkM: 0 }])
    return { pools, shared, places }
  }

  #occupied(lot: LotSetup): number {
    return Math.min(this.#from.counts.of(lot).corrected, lot.capacity)
  }

  #sharedLot(lot: LotSetup, { bays, returnMarginMin, overrun }: LotWindowsBody, nowMs: number): SharedLot {
    return {
      bays,
      overrun,
      returnMarginMs: returnMarginMin * 60_000,
      zone: this.#from.zone,
      vacant: lot.capacity - this.#occupied(lot),
      rollingUntilMs: nowMs + sharedRollingMs,
    }
  }

  #placesOf(hospital: Hospital, setups: ReadonlyMap<string, LotSetup>, shared: readonly LotSetup[]): PlaceInReach[] {
    const own = setups.get(hospital.lot)
    if (!own) return []
    const position = hospital.position ?? own.position
    const key = JSON.stringify([hospital.id, position, hospital.mostWalkM, shared.map((lot) => [lot.id, lot.position])])
    let reach = this.#reach.get(key)
    if (!reach) {
      // What was asked for under earlier settings is not asked for again.
      if (this.#reach.size > 1000) this.#reach.clear()
      const place = this.#from.city?.places.find(({ id }) => id === hospital.id)
      reach = this.#nearby(place ?? { id: hospital.id, position }, shared, hospital.mostWalkM)
      this.#reach.set(key, reach)
    }
    return [{ lot: own.id, walkM: 0 }, ...reach]
  }

  #nearby(place: Pick<Place, 'id' | 'position'>, shared: readonly LotSetup[], mostWalkM: number): PlaceInReach[] {
    const walks = this.#from.walks()
    if (walks) {
      try {
        return nearbyLots(walks, walks.doors(place), shared, mostWalkM)
      } catch (error) {
        // A hospital outside the imported map.
        if (!(error instanceof ClearwayError) || error.code !== 'off-map') throw error
      }
    }
    return nearbyLots(undefined, [place.position], shared, mostWalkM)
  }
}
