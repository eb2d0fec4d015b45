import { type ObjectId, objects, plannedModes, requestObjects } from './objects.ts'
import { releaseModes, type Site } from './settings.ts'
import { requestKey, type Status } from './status.ts'

interface Order {
  id: ObjectId
  data: Uint8Array
}

/** How the demand is put to the controller. Keys are those of `requestKey`, at most one at a time. */
export interface Asking {
  /**
   * What has to be written so that the controller is asked for this and for nothing else.
   *
   * @param giveBack the last call has just gone
   */
  orders(wanted: ReadonlySet<string>, giveBack: boolean): Order[]
  /** Whether the controller says otherwise than was written. */
  differs(status: Status, wanted: ReadonlySet<string>): boolean
  /** Whether a plan runs, or what was asked here, rather than what somebody's hand has set. */
  isPlanned(status: Status): boolean
}

const order = (id: ObjectId, value: number): Order => ({ id, data: Uint8Array.of(value) })

const runsPlan = (runMode: number): boolean => plannedModes.includes(runMode)

const giveBackOrders = ({ settings: { release }, crossingRow }: Site): Order[] =>
  release ? [order(objects.centreMode(crossingRow), releaseModes[release])] : []

/** Data class 8: the row of the request is on, all others off. The controller leaves its plan and comes back by itself. */
class RequestRows implements Asking {
  readonly #site: Site

  constructor(site: Site) {
    this.#site = site
  }

  orders(wanted: ReadonlySet<string>, giveBack: boolean): Order[] {
    const { rows, assumed } = this.#site
    const states = new Map<ObjectId, Order>()
    for (const row of rows) {
      const { requested } = requestObjects(row.kind, row.number)
      states.set(requested, order(requested, wanted.has(requestKey(row)) ? assumed.requestOn : 0))
    }
    return [...states.values(), ...(giveBack ? giveBackOrders(this.#site) : [])]
  }

  differs({ requested }: Status, wanted: ReadonlySet<string>): boolean {
    return [...wanted].some((key) => !requested.has(key)) || [...requested].some((key) => !wanted.has(key))
  }

  isPlanned({ runMode }: Status): boolean {
    return runsPlan(runMode)
  }
}

/**
 * Data class 17: the centre designates the stage, and gives the junction back by naming a mode. A stage that somebody
 * else has designated looks the same in the controller, so only what was designated here is ever taken back.
 */
class DesignatedStage implements Asking {
  readonly #site: Site
  /** Designated here and not seen to be over; a reading may still show the one before. */
  readonly #ours = new Set<number>()

  constructor(site: Site) {
    this.#site = site
  }

  orders(wanted: ReadonlySet<string>): Order[] {
    const { rows, assumed, crossingRow } = this.#site
    const row = rows.find((each) => wanted.has(requestKey(each)))
    const stage = objects.centreStage(crossingRow)
    if (row) {
      this.#ours.add(row.stage)
      const mode = assumed.writeStageMode ? [order(objects.centreMode(crossingRow), assumed.stageMode)] : []
      return [...mode, order(stage, row.stage)]
    }
    if (this.#ours.size === 0) return []
    return [order(stage, assumed.noStage), ...giveBackOrders(this.#site)]
  }

  differs({ requested, designated, runMode }: Status, wanted: ReadonlySet<string>): boolean {
    if (wanted.size > 0) return [...wanted].some((key) => !requested.has(key))
    if (this.#ours.size === 0) return false
    const held = this.#ours.has(designated) || (runMode === this.#site.assumed.stageMode && !runsPlan(runMode))
    if (!held) this.#ours.clear()
    return held
  }

  isPlanned({ runMode, designated }: Status): boolean {
    const { stageMode, noStage } = this.#site.assumed
    if (runsPlan(runMode)) return true
    return runMode === stageMode && (this.#ours.has(designated) || (this.#ours.size > 0 && designated === noStage))
  }
}

export const askingOf = (site: Site): Asking => (site.byStage ? new DesignatedStage(site) : new RequestRows(site))
