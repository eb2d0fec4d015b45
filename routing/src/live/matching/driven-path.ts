import type { RoadNetwork } from '../../network/road-network.ts'
import type { Place } from './way-search.ts'

/** One arc as a vehicle has driven it. */
export interface DrivenArc {
  arc: number
  /** Metres after the tail; 0 and the arc's length where it was driven from end to end. */
  fromM: number
  toM: number
  entryMs: number
  exitMs: number
  /** Of the time between, how long the vehicle stood. */
  standingMs: number
  /** 0–1: the least of the matched positions that it rests on. */
  confidence: number
}

/** A matched position at which a vehicle was from one instant to another. */
export interface Stop extends Place {
  atMs: number
  /** Later than `atMs` when the vehicle stood here. */
  untilMs: number
  confidence: number
}

/** Joins matched positions to a path of arcs with the times at which each was entered and left. */
export class DrivenPath {
  readonly #network: RoadNetwork
  #open: DrivenArc | undefined
  #last: Stop | undefined

  constructor(network: RoadNetwork) {
    this.#network = network
  }

  /** The vehicle has reached the next position by this way (the arcs of both positions included). @returns the arcs that it has left */
  go(to: Stop, way: readonly number[]): DrivenArc[] {
    const last = this.#last
    if (!last || !this.#open) {
      this.#open = { ...entered(to.arc, to.offsetM, to.atMs), confidence: to.confidence }
      this.#stand(to)
      return []
    }
    const left: DrivenArc[] = []
    const { lengthM } = this.#network
    const restM = Math.max(0, this.#network.lengthM[last.arc]! - this.#open.toM)
    const isSame = way.length === 1
    let wholeM = isSame ? 0 : restM + to.offsetM
    for (let i = 1; i < way.length - 1; i++) wholeM += lengthM[way[i]!]!
    let drivenM = restM
    for (const arc of way.slice(1)) {
      // Between two positions the pace is taken to be even.
      const share = wholeM === 0 ? 1 : drivenM / wholeM
      const atMs = Math.round(last.untilMs + (to.atMs - last.untilMs) * share)
      const confidence = Math.min(this.#open.confidence, to.confidence)
      left.push({ ...this.#open, toM: lengthM[this.#open.arc]!, exitMs: atMs, confidence })
      this.#open = { ...entered(arc, 0, atMs), confidence: to.confidence }
      drivenM += lengthM[arc]!
    }
    // Its error may put a position behind the last one: nobody has driven back for that.
    this.#open.toM = Math.max(this.#open.toM, to.offsetM)
    this.#open.confidence = Math.min(this.#open.confidence, to.confidence)
    this.#stand(to)
    return left
  }

  /** The trace breaks off here. @returns the part of the last arc */
  end(): DrivenArc[] {
    const open = this.#open
    this.#open = undefined
    this.#last = undefined
    return open ? [open] : []
  }

  #stand(at: Stop): void {
    this.#open!.exitMs = at.untilMs
    this.#open!.standingMs += at.untilMs - at.atMs
    this.#last = at
  }
}

const entered = (arc: number, fromM: number, atMs: number) => ({
  ...{ arc, fromM, toM: fromM, entryMs: atMs, exitMs: atMs, standingMs: 0 },
})
