import {
  type Clock,
  type Dispatch,
  type DispatchJunction,
  type DispatchJunctionState,
  type DispatchState,
  fromTimestamp,
  type Position,
  payloadLimit,
  type Route,
  toTimestamp,
} from '@clearway/contracts'
import {
  arrivalWindow,
  compactLine,
  delayWithoutPriority,
  type JunctionAhead,
  longestEntryTime,
  type Milestone,
  type PlannedGreen,
  planGreenChannel,
  type RouteLine,
  routeLine,
  stoppingDistance,
} from '@clearway/routing'
import type { Logger } from 'pino'
import type { Downlink } from '../core.ts'
import type { Lease, LeaseEvent } from '../signals/lease.ts'
import type { Signals } from '../signals/signals.ts'
import type { Leg, MissionEvent, StoredMission } from './dispatch-records.ts'
import type { Fix } from './unit-board.ts'

/** Farther than this beside the route for `offRouteMs`, a vehicle has left it. */
const offRouteM = 60
const offRouteMs = 5_000
/** A position known worse than this is not matched to the route. */
const worstAccuracyM = 100
/** No vehicle moves faster; bounds how far along the route the next position is looked for. */
const fastestMps = 60
/** Without a position for so long the requests are given back, and later the mission ends. */
const silentMs = 10_000
const lostMs = 60_000
/** Length of the vehicle and the time after which its green is given back. */
const vehicleLengthM = 8
const releaseAfterMs = 2_000
/** A vehicle so near to the end of its route has arrived. */
const arrivedWithinM = 30
/** H_max: no junction is held longer for one vehicle that does not come. */
const longestHoldMs = 60_000
/** An ended mission waits so long for its last junctions to return to their plans. */
const settleMs = 605_000

/** Room for the line in a message of at most 16 KiB. */
const routeBytes = payloadLimit.accepted - 1024

export interface MissionParts {
  clock: Clock
  log: Logger
  signals: Pick<Signals, 'board' | 'detectors' | 'requests'>
  downlink: Downlink
  fixOf(vehicle: string): Fix | undefined
  /** @throws InputError when there is no way */
  findRoute(from: Position): Route
  /** @param ended the mission has come to its end since it was last saved */
  save(mission: StoredMission, open: boolean, events: readonly MissionEvent[], ended: boolean): void
  publish(dispatch: Dispatch): void
}

/** States in which a controller may still hold something for the mission. */
const held: ReadonlySet<DispatchJunctionState> = new Set([
  'requested',
  'accepted',
  'entering',
  'green',
  'passed',
  'failed',
  'released',
])

/** Junctions of a route as a dispatch first shows them; `plan` fills in the times. */
export function plannedJunctions(route: Route, nowMs: number): { junctions: DispatchJunction[]; legs: Leg[] } {
  return {
    junctions: route.junctions.map(({ junction, name, position, approach, exit, arrivalS }) => ({
      junction,
      name,
      position,
      approach,
      exit,
      arrivalAt: toTimestamp(nowMs + arrivalS * 1000),
      requestAt: toTimestamp(nowMs),
      greenPromised: false,
      state: 'planned',
    })),
    legs: route.junctions.map(({ offsetM }) => ({ offsetM, open: true })),
  }
}

const milestonesOf = (route: Route): Milestone[] => [
  ...route.junctions.map(({ offsetM, arrivalS }) => ({ offsetM, durationS: arrivalS })),
  { offsetM: route.distanceM, durationS: route.durationS },
]

/**
 * One dispatch under way. Each second it places the vehicle on its route, re-estimates the arrivals, asks for the
 * greens that are due, gives back those that are passed, and notices deviation, silence and arrival.
 */
export class Mission {
  readonly stored: StoredMission
  readonly #parts: MissionParts
  readonly #leases = new Map<Leg, Lease>()
  #line: RouteLine
  #milestones: Milestone[]
  #events: MissionEvent[] = []
  #stepping = false
  #changed = false
  #ended = false
  #matchedMs: number
  #heardMs: number
  #offRouteSinceMs: number | undefined
  #routeSent = false
  #passedMs = new Map<Leg, number>()
  /** Junctions that another mission goes through first, and when it will be gone, ms. */
  readonly #blocked = new Map<Leg, number>()

  constructor(stored: StoredMission, parts: MissionParts) {
    this.stored = stored
    this.#parts = parts
    this.#line = routeLine(stored.dispatch.route.geometry, stored.dispatch.route.distanceM)
    this.#milestones = milestonesOf(stored.dispatch.route)
    this.#heardMs = parts.clock.now()
    this.#matchedMs = this.#heardMs
  }

  get dispatch(): Dispatch {
    return this.stored.dispatch
  }

  /** True while the mission loop has work with it: under way, or its junctions are not yet back in their plans. */
  get open(): boolean {
    if (this.dispatch.state === 'active') return true
    const endedMs = this.dispatch.endedAt ? fromTimestamp(this.dispatch.endedAt) : 0
    const settling = this.dispatch.junctions.some(({ state }) => state === 'released')
    return settling && this.#parts.clock.now() - endedMs < settleMs
  }

  /** Fills in the plan of a dispatch that has not started. */
  plan(): void {
    this.#apply(this.#planned(undefined))
  }

  /** Starts the mission of an activated dispatch. */
  begin(): void {
    this.#log('activated', undefined, { vehicle: this.dispatch.vehicle })
    this.step()
  }

  /** Takes up the requests that an earlier run of the gateway held. */
  resume(): void {
    this.#log('resumed', undefined, {})
    for (const [index, leg] of this.stored.legs.entries()) {
      const { state } = this.dispatch.junctions[index]!
      if (!leg.request || !held.has(state)) continue
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

  /** One second of the mission. Call until it is no longer `open`. */
  step(): void {
    this.#stepping = true
    try {
      if (this.dispatch.state === 'active') this.#drive()
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
  onLease(lease: Lease, { atMs, kind, detail }: LeaseEvent): void {
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

  #drive(): void {
    const nowMs = this.#parts.clock.now()
    const fix = this.dispatch.vehicle === null ? undefined : this.#parts.fixOf(this.dispatch.vehicle)
    if (fix) this.#heardMs = Math.max(this.#heardMs, fix.receivedMs)
    this.#sendRoute()
    const quietMs = nowMs - this.#heardMs
    if (quietMs > lostMs) this.end('failed', 'no position of the vehicle for 60 s')
    else if (quietMs > silentMs) this.#letLapse()
    if (quietMs > silentMs) return
    if (fix && fix.receivedMs >= this.#matchedMs) this.#place(fix, nowMs)
    if (this.dispatch.state !== 'active') return
    this.#giveBack(nowMs)
    const plan = this.#planned(fix)
    this.#apply(plan)
    this.#askDue(plan, fix, nowMs)
  }

  /** Places the vehicle on its route, or finds that it has left it. */
  #place(fix: Fix, nowMs: number): void {
    if (fix.accuracyM > worstAccuracyM) return
    const reachM = 100 + (fastestMps * (fix.receivedMs - this.#matchedMs)) / 1000
    const { progressM } = this.dispatch
    const match = this.#line.nearest(fix, progressM - 50, progressM + reachM)
    if (match.distanceM > offRouteM) {
      this.#offRouteSinceMs ??= nowMs
      if (nowMs - this.#offRouteSinceMs >= offRouteMs) this.#deviate(fix, nowMs)
      return
    }
    this.#offRouteSinceMs = undefined
    this.#matchedMs = fix.receivedMs
    this.dispatch.progressM = Math.round(Math.max(progressM, match.offsetM) * 10) / 10
    for (const [index, leg] of this.stored.legs.entries()) {
      if (leg.open && this.dispatch.progressM > leg.offsetM + vehicleLengthM) this.#pass(index, leg, fix, nowMs)
    }
    if (this.#line.lengthM - this.dispatch.progressM <= arrivedWithinM) this.end('completed')
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

  /** Plans a new way from where the vehicle is and gives back the junctions that it no longer comes by. */
  #deviate(fix: Fix, nowMs: number): void {
    this.#offRouteSinceMs = undefined
    this.#matchedMs = nowMs
    let route: Route
    try {
      route = this.#parts.findRoute(fix)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#log('no-route', undefined, { lon: fix.lon, lat: fix.lat, reason })
      this.#parts.log.warn({ dispatch: this.dispatch.id, reason }, 'no route from where the vehicle is')
      return
    }
    this.#log('rerouted', undefined, { lon: fix.lon, lat: fix.lat })
    this.#take(route, nowMs)
  }

  /** Replaces the route. Junctions that both routes pass in the same way keep their requests. */
  #take(route: Route, nowMs: number): void {
    const { dispatch, stored } = this
    const delayS = dispatch.route.durationWithoutPriorityS - dispatch.route.durationS
    const passedShare =
      stored.legs.length === 0 ? 0 : stored.legs.filter(({ open }) => !open).length / stored.legs.length
    stored.passedDelayS += Math.max(0, delayS) * passedShare
    const fresh = plannedJunctions(route, nowMs)
    const kept: { shown: DispatchJunction; leg: Leg }[] = []
    for (const [index, leg] of stored.legs.entries()) {
      const shown = dispatch.junctions[index]!
      const again = fresh.junctions.findIndex(
        ({ junction, approach, exit }) =>
          leg.open && junction === shown.junction && approach === shown.approach && exit === shown.exit,
      )
      const lease = this.#leases.get(leg)
      if (again >= 0 && lease?.renewing) {
        leg.offsetM = fresh.legs[again]!.offsetM
        fresh.legs[again] = leg
        fresh.junctions[again] = shown
        continue
      }
      if (leg.open && lease?.renewing) this.#parts.signals.requests.release(lease, 'no longer on the route')
      leg.open = false
      if (leg.request || shown.passedAt) kept.push({ shown, leg })
    }
    dispatch.route = route
    dispatch.alternatives = []
    dispatch.progressM = 0
    dispatch.junctions = [...kept.map(({ shown }) => shown), ...fresh.junctions]
    stored.legs = [...kept.map(({ leg }) => leg), ...fresh.legs]
    this.#line = routeLine(route.geometry, route.distanceM)
    this.#milestones = milestonesOf(route)
    this.#routeSent = false
    this.#changed = true
    this.#sendRoute()
  }

  #letLapse(): void {
    for (const [leg, lease] of this.#leases) {
      if (!lease.renewing) continue
      if (leg.open) this.#parts.signals.requests.expire(lease, 'no position of the vehicle')
      else this.#parts.signals.requests.release(lease)
    }
    this.#passedMs.clear()
  }

  #openLegs(): { index: number; leg: Leg }[] {
    return this.stored.legs.flatMap((leg, index) => (leg.open ? [{ index, leg }] : []))
  }

  #ahead(index: number, leg: Leg, speedMps: number | undefined, nowMs: number): JunctionAhead {
    const { junction, approach } = this.dispatch.junctions[index]!
    const { board, detectors } = this.#parts.signals
    const lanes = board.table(junction)?.approaches.find(({ id }) => id === approach)?.lanes ?? 1
    return {
      junction,
      approach,
      ...arrivalWindow(this.#milestones, this.dispatch.progressM, speedMps, leg.offsetM, nowMs),
      ...detectors.traffic(junction, approach, lanes, nowMs),
    }
  }

  #planned(fix: Fix | undefined): PlannedGreen[] {
    const nowMs = this.#parts.clock.now()
    const { board, requests } = this.#parts.signals
    return planGreenChannel({
      nowMs,
      ahead: this.#openLegs().map(({ index, leg }) => this.#ahead(index, leg, fix?.speedMps, nowMs)),
      table: (junction) => board.table(junction),
      live: (junction) => board.live(junction),
      commandDelayS: requests.commandDelayS,
    })
  }

  /** Writes arrivals, promises and both ETAs of a plan into the dispatch. */
  #apply(plan: readonly PlannedGreen[]): void {
    const nowMs = this.#parts.clock.now()
    const { dispatch } = this
    let delayS = 0
    for (const [order, { index, leg }] of this.#openLegs().entries()) {
      const planned = plan[order]!
      const shown = dispatch.junctions[index]!
      const refused = ['rejected', 'overridden', 'failed'].includes(shown.state) || this.#blocked.has(leg)
      const lossS = refused ? this.#lossWithoutGreen(shown, leg, planned) : planned.expectedDelayS
      delayS += lossS
      shown.arrivalAt = toTimestamp(planned.arrivalMs)
      if (!leg.request) shown.requestAt = toTimestamp(planned.requestMs)
      shown.greenPromised = planned.greenPromised && !refused
      if (shown.greenPromised) delete shown.expectedDelayS
      else shown.expectedDelayS = Math.round(lossS * 10) / 10
    }
    const { route, progressM } = dispatch
    const restMs = arrivalWindow(this.#milestones, progressM, undefined, route.distanceM, nowMs).expectedMs
    dispatch.etaAt = toTimestamp(restMs + delayS * 1000)
    const signalsS = this.stored.passedDelayS + route.durationWithoutPriorityS - route.durationS
    dispatch.etaWithoutPriorityAt = toTimestamp(restMs + signalsS * 1000)
  }

  /** Delay where no green is to be had in time, seconds: until the other mission is through, or as in the plan. */
  #lossWithoutGreen({ junction, approach }: DispatchJunction, leg: Leg, planned: PlannedGreen): number {
    const table = this.#parts.signals.board.table(junction)
    if (!table) return planned.expectedDelayS
    const freeMs = this.#blocked.get(leg)
    if (freeMs === undefined) return delayWithoutPriority(table, approach)
    const waitS = (freeMs - planned.arrivalMs) / 1000 + longestEntryTime(table, approach)
    return Math.max(planned.expectedDelayS, waitS)
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
  #askDue(plan: readonly PlannedGreen[], fix: Fix | undefined, nowMs: number): void {
    const { requests, board } = this.#parts.signals
    for (const [order, { index, leg }] of this.#openLegs().entries()) {
      const planned = plan[order]!
      const shown = this.dispatch.junctions[index]!
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
