import type { Route } from '@clearway/contracts'
import { type ArrivalWindow, arrivalWindow, type Milestone, type RouteLine, routeLine } from '@clearway/routing'
import type { ClosedArc } from '../traffic/closed-arcs.ts'
import type { TrackPlace } from '../traffic/vehicle-tracks.ts'
import type { Fix } from './unit-board.ts'

/** Farther than this beside the route for `leftAfterMs`, a vehicle has left it. */
const besideM = 60
const leftAfterMs = 5_000
/** A position known worse than this is not matched to the route. */
const worstAccuracyM = 100
/** No vehicle moves faster; bounds how far along the route the next position is looked for. */
const fastestMps = 60
/** How far back a position may fall by its own error, and how far ahead it may jump. */
const backM = 50
const aheadM = 100
/** A place that the matcher has decided lies on a road of the map: farther beside the line it is another road. */
const otherRoadM = 10
/** Places on a road of the route lie on its line. */
const onLineM = 1
/** Less sure, or older, it is no reason to give up a route. */
const sureOfRoad = 0.9
const decidedWithinMs = 30_000
/** On another road for so long, a vehicle has left its route, however near that road is. */
const otherRoadMs = 3_000
/** The matcher decides some seconds late: the vehicle has come on since. */
const lateM = 500
/** A vehicle so near to the end of its route has arrived. */
const arrivedWithinM = 30

/** How far a vehicle has come on its route. Progress never goes back. */
export class RouteProgress {
  readonly #line: RouteLine
  readonly #milestones: readonly Milestone[]
  #matchedMs: number
  #besideSinceMs: number | undefined
  readonly #madeMs: number
  /** When the vehicle was first and last decided to be on another road; undefined on its route. */
  #otherRoad: { sinceMs: number; lastMs: number } | undefined
  #closed: readonly ClosedArc[] = []
  /** Where on the route the closed arcs lie. */
  #closedM: readonly number[] = []
  /**
   * How far from its route the vehicle stood when it was first heard, metres, until it has joined it: a yard may lie farther
   * from the road than a vehicle that leaves it.
   */
  #notYetOnM: number | undefined
  #joined: boolean
  progressM: number

  constructor(route: Route, progressM: number, nowMs: number) {
    this.#line = routeLine(route.geometry, route.distanceM)
    this.#milestones = [
      ...route.junctions.map(({ offsetM, arrivalS, arrivalEarliestS, arrivalLatestS }) => ({
        ...{ offsetM, expectedS: arrivalS, earliestS: arrivalEarliestS, latestS: arrivalLatestS },
      })),
      {
        offsetM: route.distanceM,
        expectedS: route.durationS,
        earliestS: route.durationEarliestS,
        latestS: route.durationLatestS,
      },
    ]
    this.#matchedMs = nowMs
    this.#madeMs = nowMs
    this.progressM = progressM
    this.#joined = progressM > 0
  }

  /** Places the vehicle. A position older than the last that was matched changes nothing. */
  place(fix: Fix, nowMs: number): void {
    if (fix.receivedMs < this.#matchedMs || fix.accuracyM > worstAccuracyM) return
    const reachM = aheadM + (fastestMps * (fix.receivedMs - this.#matchedMs)) / 1000
    const match = this.#line.nearest(fix, this.progressM - backM, this.progressM + reachM)
    if (match.distanceM > besideM) {
      if (!this.#joined) this.#notYetOnM ??= match.distanceM
      if (match.distanceM > besideM + (this.#notYetOnM ?? 0)) this.#besideSinceMs ??= nowMs
      else this.#besideSinceMs = undefined
      return
    }
    this.#joined = true
    this.#notYetOnM = undefined
    this.#besideSinceMs = undefined
    this.#matchedMs = fix.receivedMs
    this.progressM = Math.round(Math.max(this.progressM, match.offsetM) * 10) / 10
  }

  /** Takes where the vehicle was decided to have been on the roads, which tells a parallel road from a bad position. */
  decided({ position, confidence, atMs }: TrackPlace, nowMs: number): void {
    if (atMs < this.#madeMs || nowMs - atMs > decidedWithinMs || confidence < sureOfRoad) return
    const { distanceM } = this.#line.nearest(position, this.progressM - lateM, this.progressM + aheadM)
    if (distanceM <= otherRoadM) this.#otherRoad = undefined
    else this.#otherRoad = { sinceMs: this.#otherRoad?.sinceMs ?? atMs, lastMs: atMs }
  }

  /** True when the vehicle has been beside its route, or surely on another road, for some seconds. */
  hasLeft(nowMs: number): boolean {
    if (this.#besideSinceMs !== undefined && nowMs - this.#besideSinceMs >= leftAfterMs) return true
    return (
      this.#joined && this.#otherRoad !== undefined && this.#otherRoad.lastMs - this.#otherRoad.sinceMs >= otherRoadMs
    )
  }

  /** True when the way that is left comes by a closed arc. The same list is looked at once. */
  meets(closed: readonly ClosedArc[]): boolean {
    if (closed !== this.#closed) {
      this.#closed = closed
      this.#closedM = closed.flatMap((arc) => this.#offsetOf(arc) ?? [])
    }
    return this.#closedM.some((offsetM) => offsetM > this.progressM)
  }

  /** Undefined for an arc that the route does not drive, or drives the other way. */
  #offsetOf({ early, late }: ClosedArc): number | undefined {
    const from = this.#line.nearest(early, 0, this.#line.lengthM)
    const to = this.#line.nearest(late, from.offsetM, this.#line.lengthM)
    const isOn = from.distanceM <= onLineM && to.distanceM <= onLineM && to.offsetM > from.offsetM
    return isOn ? to.offsetM : undefined
  }

  get hasArrived(): boolean {
    return this.#line.lengthM - this.progressM <= arrivedWithinM
  }

  /** Arrival at a point of the route if no signal holds the vehicle. `speedMps` undefined: at the route's pace. */
  arrivalAt(offsetM: number, speedMps: number | undefined, nowMs: number): ArrivalWindow {
    return arrivalWindow(this.#milestones, this.progressM, speedMps, offsetM, nowMs)
  }
}
