import {
  type Clock,
  type Dispatch,
  type DispatchJunction,
  type DispatchState,
  fromTimestamp,
  InputError,
  type JunctionHarm,
  type Position,
  payloadLimit,
  type Route,
  toTimestamp,
} from '@clearway/contracts'
import {
  type ArrivalWindow,
  compactLine,
  longestHoldS,
  type PlannedGreen,
  type RouteAnswer,
  stoppingDistance,
} from '@clearway/routing'
import type { Logger } from 'pino'
import type { Downlink } from '../core.ts'
import type { Lease, LeaseEvent } from '../signals/lease.ts'
import type { ClosedArc } from '../traffic/closed-arcs.ts'
import type { TrackPlace } from '../traffic/vehicle-tracks.ts'
import type { Leg, MissionEvent, StoredMission } from './dispatch-records.ts'
import { forecastOf } from './evidence.ts'
import { harmInSum } from './harm.ts'
import type { JunctionClaim } from './junction-claims.ts'
import { type Known, type OpenLeg, planAhead, writeForecast } from './mission-forecast.ts'
import { heldStates, rerouted } from './mission-junctions.ts'
import { RouteProgress } from './route-progress.ts'
import { type EndedCall, ServedCalls } from './served-calls.ts'
import type { Fix } from './unit-board.ts'
import { delayS, isWorthChanging, laneChoiceM, partsAfterM, type Way } from './way-choice.ts'

/** Without a position for so long the requests are given back, and later the mission ends. */
const silentMs = 10_000
const lostMs = 60_000
/** Length of the vehicle and the time after which its green is given back. */
const vehicleLengthM = 8
export const releaseAfterMs = 2_000
const longestHoldMs = longestHoldS * 1000
/** Another way is looked for so often. */
const searchEveryMs = 5_000
/** An ended mission waits so long for its last junctions to return to their plans. */
const settleMs = 605_000

/** Room for the line in a message of at most 16 KiB. */
const routeBytes = payloadLimit.accepted - 1024

export interface MissionParts {
  clock: Clock
  log: Logger
  signals: Known
  downlink: Downlink
  fixOf(vehicle: string): Fix | undefined
  /** Where on the roads the vehicle was decided to have been last. */
  placeOf(vehicle: string): TrackPlace | undefined
  /** What routes of this mission's vehicle avoid; the same list for as long as it is the same. */
  closedArcs(): readonly ClosedArc[]
  /**
   * Ways to the destination, the one that is expected to take least first.
   *
   * @param all compares as many as before departure, not only those that are nearly as good
   * @throws InputError when there is none
   */
  findWays(from: Position, all?: boolean): Way<RouteAnswer>[]
  /** One of them as it is told to the vehicle. */
  driven(route: RouteAnswer): Route
  /** What a call that is over cost the others. */
  harmOf(call: EndedCall): JunctionHarm
  /** @param ended the mission has come to its end since it was last saved */
  save(mission: StoredMission, open: boolean, events: readonly MissionEvent[], ended: boolean): void
  publish(dispatch: Dispatch): void
}

/** A vehicle on its way: what others need to know to leave it room. */
export interface MissionCourse {
  dispatch: Dispatch
  /** Metres from the start of its route. */
  progressM: number
  /** Where signals hold it, with that time, ms. */
  arrivalAt(offsetM: number): ArrivalWindow
}

/**
 * One dispatch under way. Each second it places the vehicle on its route, re-estimates the arrivals, asks for the
 * greens that are due, gives back those that are passed, and notices deviation, silence and arrival.
 */
export class Mission {
  readonly stored: StoredMission
  readonly #parts: MissionParts
  readonly #leases = new Map<Leg, Lease>()
  #progress: RouteProgress
  #events: MissionEvent[] = []
  #stepping = false
  #changed = false
  #ended = false
  #heardMs: number
  #searchedMs = Number.NEGATIVE_INFINITY
  #comparedMs = Number.NEGATIVE_INFINITY
  /** Closures that no way led around when they were met. */
  #unavoidable: readonly ClosedArc[] | undefined
  #routeSent = false
  #passedMs = new Map<Leg, number>()
  /** Junctions that another mission goes through first, and when it will be gone, ms. */
  readonly #blocked = new Map<Leg, number>()
  #claims: readonly JunctionClaim[] = []
  readonly #calls = new ServedCalls()

  constructor(stored: StoredMission, parts: MissionParts) {
    this.stored = stored
    this.#parts = parts
    this.#heardMs = parts.clock.now()
    this.#progress = new RouteProgress(stored.dispatch.route, stored.dispatch.progressM, this.#heardMs)
  }

  get dispatch(): Dispatch {
    return this.stored.dispatch
  }

  /** What it wants of the junctions ahead, by its newest plan; nothing while nothing is known of its vehicle. */
  get claims(): readonly JunctionClaim[] {
    return this.dispatch.state === 'active' ? this.#claims : []
  }

  /** True while the mission loop has work with it: under way, or its junctions are not yet back in their plans. */
  get open(): boolean {
    if (this.dispatch.state === 'active') return true
    const endedMs = this.dispatch.endedAt ? fromTimestamp(this.dispatch.endedAt) : 0
    const settling = this.#calls.pending || this.dispatch.junctions.some(({ state }) => state === 'released')
    return settling && this.#parts.clock.now() - endedMs < settleMs
  }

  /** Undefined unless the vehicle is under way, heard of, and on its route. */
  get course(): MissionCourse | undefined {
    const nowMs = this.#parts.clock.now()
    const { dispatch } = this
    if (dispatch.state !== 'active' || nowMs - this.#heardMs > silentMs || this.#progress.hasLeft(nowMs))
      return undefined
    const open = this.#openLegs()
    return {
      ...{ dispatch, progressM: this.#progress.progressM },
      arrivalAt: (offsetM) => {
        const { earliestMs, expectedMs, latestMs } = this.#progress.arrivalAt(offsetM, undefined, nowMs)
        const before = open.filter(({ leg }) => leg.offsetM < offsetM)
        const delayMs = 1000 * before.reduce((sum, { shown }) => sum + (shown.expectedDelayS ?? 0), 0)
        return { earliestMs, expectedMs: expectedMs + delayMs, latestMs: latestMs + delayMs }
      },
    }
  }

  /** Fills in the plan of a dispatch that has not started. */
  plan(): void {
    this.#forecast(undefined)
  }

  /** Starts the mission of an activated dispatch. */
  begin(): void {
    this.#log('activated', undefined, { vehicle: this.dispatch.vehicle })
    this.#forecast(undefined)
    this.#log('forecast', undefined, { ...forecastOf(this.stored, this.#parts.clock.now()) })
    // On record at once: whoever reads it while nothing happens yet is to find what was promised.
    this.#changed = true
    this.step()
  }

  /** Takes up the requests that an earlier run of the gateway held. */
  resume(): void {
    this.#log('resumed', undefined, {})
    for (const [index, leg] of this.stored.legs.entries()) {
      const { state } = this.dispatch.junctions[index]!
      if (!leg.request || !heldStates.has(state)) continue
      const outcome = this.#parts.signals.requests.request(this.#ask(index), this.#window(leg), leg.request)
      if (!('lease' in outcome)) continue
      this.#leases.set(leg, outcome.lease)
      if (!leg.open || state === 'passed' || state === 'released' || this.dispatch.state !== 'active') {
        this.#parts.signals.requests.release(outcome.lease, 'gateway restarted')
      }
      // What was green is asked for again until the controller says so.
      this.#show(index, outcome.lease)
    }
    this.#save()
  }

  /** A vehicle that has just come back may have missed its route, or lost it with its memory: it is sent again. */
  vehicleBack(): void {
    this.#routeSent = false
  }

  /** One second of the mission. Call until it is no longer `open`. */
  step(): void {
    this.#stepping = true
    try {
      if (this.dispatch.state === 'active') this.#drive()
      this.#weighHarm()
    } finally {
      this.#stepping = false
    }
    if (this.#changed || !this.open) this.#save()
    this.#parts.publish(this.dispatch)
  }

  /** Ends the mission and gives back every junction at once. */
  end(state: Extract<DispatchState, 'completed' | 'cancelled' | 'failed'>, reason?: string): void {
    this.#ended = true
    this.dispatch.state = state
    this.dispatch.endedAt = toTimestamp(this.#parts.clock.now())
    if (reason !== undefined) this.dispatch.reason = reason
    for (const lease of this.#leases.values()) this.#parts.signals.requests.release(lease, reason)
    this.#log(state, undefined, reason === undefined ? {} : { reason })
    this.#changed = true
    if (!this.#stepping) {
      this.#save()
      this.#parts.publish(this.dispatch)
    }
  }

  /** What happened to one of this mission's requests. */
  onLease(lease: Lease, event: LeaseEvent): void {
    const { atMs, kind, detail } = event
    this.#calls.onLease(lease, event)
    this.#events.push({ atMs, kind: `request-${kind}`, junction: lease.ask.junction, detail })
    const index = this.stored.legs.findIndex(({ request }) => request?.request === lease.request)
    if (index >= 0 && kind === 'state') this.#show(index, lease)
    if (!this.#stepping && kind === 'state') this.#save()
  }

  #show(index: number, lease: Lease): void {
    const shown = this.dispatch.junctions[index]!
    shown.state = lease.state
    if (lease.reason === undefined) delete shown.reason
    else shown.reason = lease.reason
    if (lease.greenAtMs === undefined) delete shown.greenAt
    else shown.greenAt = toTimestamp(lease.greenAtMs)
    this.#changed = true
  }

  /** Notes what the junctions that are back in their plans have cost the others. */
  #weighHarm(): void {
    const nowMs = this.#parts.clock.now()
    const calls = this.#calls.over(this.#parts.signals.board, nowMs)
    // Nobody comes back to a mission that is over.
    if (!this.open) calls.push(...this.#calls.close(nowMs))
    for (const call of calls) {
      const harm = this.#parts.harmOf(call)
      this.#log('harm', call.junction, harm)
      this.dispatch.harm = harmInSum([...(this.dispatch.harm ? [this.dispatch.harm] : []), harm])
      this.#changed = true
    }
  }

  #drive(): void {
    const nowMs = this.#parts.clock.now()
    const fix = this.dispatch.vehicle === null ? undefined : this.#parts.fixOf(this.dispatch.vehicle)
    if (fix) this.#heardMs = Math.max(this.#heardMs, fix.receivedMs)
    this.#sendRoute()
    const quietMs = nowMs - this.#heardMs
    if (quietMs > lostMs) this.end('failed', 'no position of the vehicle for 60 s')
    else if (quietMs > silentMs) this.#letLapse('no position of the vehicle')
    else this.#follow(fix, nowMs)
  }

  #follow(fix: Fix | undefined, nowMs: number): void {
    if (fix) this.#place(fix, nowMs)
    if (this.dispatch.state !== 'active') return
    this.#giveBack(nowMs)
    if (fix && this.#progress.hasLeft(nowMs) && !this.#deviate(fix, nowMs)) {
      this.#letLapse('the vehicle has left its route')
      return
    }
    if (fix) this.#avoidClosures(fix, nowMs)
    let ahead = this.#forecast(fix?.speedMps)
    if (fix && this.#findsBetter(fix, ahead.open, ahead.plan, nowMs)) ahead = this.#forecast(fix.speedMps)
    this.#askDue(ahead.open, ahead.plan, fix, nowMs)
  }

  /** Takes a way that has become quicker by enough, where there is room to choose its lanes. A drawn way is kept. */
  #findsBetter(fix: Fix, open: readonly OpenLeg[], plan: readonly PlannedGreen[], nowMs: number): boolean {
    if (this.stored.drawn || open.length === 0 || nowMs - this.#comparedMs < searchEveryMs) return false
    this.#comparedMs = nowMs
    const roomM = Math.max(laneChoiceM, stoppingDistance(fix.speedMps))
    const waits = plan.some(({ waitsFor }) => waitsFor !== undefined)
    const better = this.#waysFrom(fix, waits).find(({ route }) => (partsAfterM(open, route) ?? 0) >= roomM)
    if (!better || partsAfterM(open, better.route) === Number.POSITIVE_INFINITY) return false
    const endMs = this.#progress.arrivalAt(this.dispatch.route.distanceM, undefined, nowMs).expectedMs
    const presentS = (endMs - nowMs) / 1000 + delayS(open, plan, this.#parts.signals, nowMs)
    if (!isWorthChanging(presentS, better.expectedS)) return false
    this.#take(better.route, nowMs)
    this.#log('rerouted', undefined, { lon: fix.lon, lat: fix.lat, gainS: Math.round(presentS - better.expectedS) })
    return true
  }

  /** None where the roads lead nowhere from here. */
  #waysFrom({ lon, lat }: Fix, all: boolean): Way<RouteAnswer>[] {
    try {
      return this.#parts.findWays({ lon, lat }, all)
    } catch (error) {
      if (error instanceof InputError) return []
      throw error
    }
  }

  /** A road ahead has been closed: another way, where there is one; the crew may know more than the map. */
  #avoidClosures(fix: Fix, nowMs: number): void {
    const closed = this.#parts.closedArcs()
    if (closed === this.#unavoidable || !this.#progress.meets(closed)) return
    if (nowMs - this.#searchedMs < searchEveryMs) return
    if (!this.#deviate(fix, nowMs)) this.#unavoidable = closed
  }

  #place(fix: Fix, nowMs: number): void {
    this.#progress.place(fix, nowMs)
    const place = this.dispatch.vehicle === null ? undefined : this.#parts.placeOf(this.dispatch.vehicle)
    if (place) this.#progress.decided(place, nowMs)
    this.dispatch.progressM = this.#progress.progressM
    for (const [index, leg] of this.stored.legs.entries()) {
      if (leg.open && this.dispatch.progressM > leg.offsetM + vehicleLengthM) this.#pass(index, leg, fix, nowMs)
    }
    if (this.#progress.hasArrived) this.end('completed')
  }

  #pass(index: number, leg: Leg, fix: Fix, nowMs: number): void {
    const shown = this.dispatch.junctions[index]!
    leg.open = false
    shown.passedAt = toTimestamp(nowMs)
    const green = shown.state === 'green'
    this.#log('passed', shown.junction, { lon: fix.lon, lat: fix.lat, speedMps: fix.speedMps, green })
    const lease = this.#leases.get(leg)
    if (lease?.renewing) {
      this.#passedMs.set(leg, nowMs)
      this.#parts.signals.requests.passed(lease)
    } else if (shown.state === 'planned') shown.state = 'passed'
    this.#changed = true
  }

  #giveBack(nowMs: number): void {
    for (const [leg, passedMs] of this.#passedMs) {
      if (nowMs - passedMs < releaseAfterMs) continue
      this.#passedMs.delete(leg)
      const lease = this.#leases.get(leg)
      if (lease) this.#parts.signals.requests.release(lease)
    }
  }

  /** Plans a new way from where the vehicle is, at most every few seconds. @returns whether it is on a way again */
  #deviate(fix: Fix, nowMs: number): boolean {
    if (nowMs - this.#searchedMs < searchEveryMs) return false
    this.#searchedMs = nowMs
    const from = { lon: fix.lon, lat: fix.lat }
    try {
      const [best] = this.#parts.findWays(from) as [Way<RouteAnswer>]
      this.#take(best.route, nowMs)
      this.#log('rerouted', undefined, from)
      return true
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      this.#log('no-route', undefined, { ...from, reason: error.message })
      return false
    }
  }

  /** Replaces the route and gives back the junctions that it no longer comes by. */
  #take(answer: RouteAnswer, nowMs: number): void {
    const { dispatch, stored } = this
    const route = this.#parts.driven(answer)
    const passed = dispatch.route.junctions.length - this.#openLegs().length
    const signalsS = dispatch.route.durationWithoutPriorityS - dispatch.route.durationS
    if (passed > 0) stored.passedDelayS += (signalsS * passed) / dispatch.route.junctions.length
    const before = { junctions: dispatch.junctions, legs: stored.legs }
    const { junctions, legs, abandoned } = rerouted(before, route, (leg) => this.#leases.get(leg), nowMs)
    for (const lease of abandoned) this.#parts.signals.requests.release(lease, 'no longer on the route')
    Object.assign(dispatch, { route, junctions, alternatives: [], progressM: 0 })
    stored.legs = legs
    this.#claims = []
    this.#progress = new RouteProgress(route, 0, nowMs)
    this.#routeSent = false
    this.#changed = true
    this.#sendRoute()
  }

  #letLapse(reason: string): void {
    this.#claims = []
    for (const [leg, lease] of this.#leases) {
      if (!lease.renewing) continue
      if (leg.open) this.#parts.signals.requests.expire(lease, reason)
      else this.#parts.signals.requests.release(lease)
    }
    this.#passedMs.clear()
  }

  #openLegs(): OpenLeg[] {
    return this.stored.legs.flatMap((leg, index) =>
      leg.open ? [{ index, leg, shown: this.dispatch.junctions[index]! }] : [],
    )
  }

  /** Plans the junctions ahead anew and shows it. */
  #forecast(speedMps: number | undefined): { open: OpenLeg[]; plan: PlannedGreen[] } {
    const nowMs = this.#parts.clock.now()
    const open = this.#openLegs()
    const plan = planAhead(open, this.#progress, this.#parts.signals, speedMps, nowMs)
    const toldS = (leg: Leg) => {
      const lease = this.#leases.get(leg)
      return lease?.renewing ? lease.delayS : undefined
    }
    const waits = { blocked: this.#blocked, toldS }
    writeForecast(this.stored, open, plan, this.#progress, this.#parts.signals.board, waits, nowMs)
    this.#claims = open.flatMap(({ index, leg, shown }, order) =>
      shown.state === 'rejected'
        ? []
        : [{ ask: this.#ask(index), lease: this.#leases.get(leg), planned: plan[order]! }],
    )
    return { open, plan }
  }

  #ask(index: number) {
    const { id, vehicle, role, importance } = this.dispatch
    const { junction, approach, exit } = this.dispatch.junctions[index]!
    return { dispatch: id, vehicle: vehicle ?? id, role, importance, junction, approach, exit }
  }

  #window(leg: Leg, fix?: Fix, planned?: PlannedGreen) {
    const nowMs = this.#parts.clock.now()
    const restM = leg.offsetM - this.dispatch.progressM
    return {
      earliestMs: planned?.earliestMs ?? nowMs,
      latestMs: planned?.latestMs ?? nowMs + longestHoldMs,
      committed: fix !== undefined && restM <= stoppingDistance(fix.speedMps),
    }
  }

  /** Asks for the greens that are due, in driving order, and passes on the newest arrivals of those asked for. */
  #askDue(open: readonly OpenLeg[], plan: readonly PlannedGreen[], fix: Fix | undefined, nowMs: number): void {
    const { requests, board } = this.#parts.signals
    for (const [order, { index, leg, shown }] of open.entries()) {
      const planned = plan[order]!
      const window = this.#window(leg, fix, planned)
      const lease = this.#leases.get(leg)
      if (lease?.renewing) {
        requests.update(lease, window)
        const heldMs = lease.greenAtMs === undefined ? 0 : nowMs - lease.greenAtMs
        if (heldMs > longestHoldMs && !window.committed) requests.expire(lease, 'held for 60 s without the vehicle')
        continue
      }
      const mayTry = lease === undefined || (lease.retryAtMs !== undefined && lease.retryAtMs <= nowMs)
      this.#blocked.delete(leg)
      if (planned.requestMs > nowMs || !mayTry) continue
      const mode = board.live(shown.junction)?.mode
      if (mode === 'manual' || mode === 'flash' || mode === 'dark') {
        this.#hinder(shown, 'overridden', `controller is in mode ${mode}`)
        continue
      }
      const outcome = requests.request(this.#ask(index), window)
      if ('waitsFor' in outcome) {
        this.#blocked.set(leg, outcome.waitsFor.window.latestMs + releaseAfterMs)
        this.#hinder(shown, shown.state, `waits for ${outcome.waitsFor.ask.dispatch}`)
        continue
      }
      this.#leases.set(leg, outcome.lease)
      leg.request = { request: outcome.lease.request, madeMs: outcome.lease.madeMs }
      shown.requestAt = toTimestamp(nowMs)
      this.#show(index, outcome.lease)
    }
  }

  #hinder(shown: DispatchJunction, state: DispatchJunction['state'], reason: string): void {
    if (shown.state === state && shown.reason === reason) return
    shown.state = state
    shown.reason = reason
    shown.greenPromised = false
    this.#log('hindered', shown.junction, { state, reason })
    this.#changed = true
  }

  /** Sends the route to the vehicle, again each second until the downlink has taken it. */
  #sendRoute(): void {
    const { vehicle, id, route, etaAt } = this.dispatch
    if (this.#routeSent || vehicle === null) return
    this.#routeSent = true
    const geometry = compactLine(route.geometry, routeBytes)
    this.#parts.downlink
      .send(vehicle, 'route', { dispatch: id, geometry, etaAt })
      .then(() => this.#log('route-sent', undefined, { vehicle }))
      .catch((error: unknown) => {
        this.#routeSent = false
        const reason = error instanceof Error ? error.message : String(error)
        this.#parts.log.warn({ dispatch: id, vehicle, reason }, 'route not sent')
      })
  }

  #log(kind: string, junction: string | undefined, detail: Record<string, unknown>): void {
    this.#events.push({ atMs: this.#parts.clock.now(), kind, ...(junction !== undefined && { junction }), detail })
  }

  #save(): void {
    this.#parts.save(this.stored, this.open, this.#events, this.#ended)
    this.#events = []
    this.#changed = false
    this.#ended = false
  }
}
