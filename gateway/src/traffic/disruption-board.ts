import {
  type Closure,
  ConflictError,
  fromTimestamp,
  type Incident,
  InputError,
  type NewClosure,
  type NewIncident,
  NotFoundError,
  toTimestamp,
} from '@clearway/contracts'
import {
  arcOfPlace,
  arcsAsked,
  closure,
  type Disruption,
  LEAST_SPEED_FACTOR,
  linesOf,
  placeOfArc,
  type RoadNetwork,
} from '@clearway/routing'
import type { Core } from '../core.ts'
import type { Actor } from '../http/route.ts'
import { DisruptionRecords, type StoredDisruption } from './disruption-records.ts'

type Shown = Closure | Incident

/** More arcs than a large event closes; a wrong radius should not take half a city. */
const mostArcs = 5_000
/** What is left of the speed at an incident of which nothing more is known. */
const usualSpeedFactor = 0.5
/** The load of a busy road before the incident, for the speed that less capacity leaves. */
const busyLoad = 0.8

/** Where closures and incidents take effect. */
interface Roads {
  put(disruption: Disruption): void
  remove(id: string): void
}

/** Closures and incidents: made by people, kept, audited, put on the roads, shown. */
export class DisruptionBoard {
  readonly #core: Core
  readonly #network: RoadNetwork
  readonly #roads: Roads
  readonly #records: DisruptionRecords
  readonly #known = new Map<string, { stored: StoredDisruption; arcs: readonly number[]; shown: Shown }>()

  constructor(core: Core, network: RoadNetwork, roads: Roads) {
    this.#core = core
    this.#network = network
    this.#roads = roads
    this.#records = new DisruptionRecords(core.records)
  }

  /** Takes up what an earlier run has kept. What the present map no longer has is told and left out, but not lost. */
  resume(): void {
    for (const stored of this.#records.all()) {
      const arcs = stored.places.flatMap((place) => arcOfPlace(this.#network, place) ?? [])
      if (arcs.length < stored.places.length) {
        const missing = stored.places.length - arcs.length
        this.#core.log.warn({ id: stored.id, missing }, 'the map no longer has all roads of a closure or incident')
      }
      if (arcs.length > 0) this.#take(stored, arcs)
    }
    this.sweep()
  }

  list(type: Shown['type']): Shown[] {
    return this.all().filter((shown) => shown.type === type)
  }

  all(): Shown[] {
    return [...this.#known.values()].map(({ shown }) => shown)
  }

  /** @throws InputError naming the field; ConflictError */
  close(wish: NewClosure, actor: Actor): Closure {
    const { closedTo = 'everyone', reason } = wish
    return this.#add('closure', wish, { closedTo, ...(reason !== undefined && { text: reason }) }, actor) as Closure
  }

  /** @throws InputError naming the field; ConflictError */
  report(wish: NewIncident, actor: Actor): Incident {
    const { kind, delayS = 0, note } = wish
    const speedFactor = speedFactorOf(wish)
    const body = { kind, speedFactor, delayS, ...(note !== undefined && { text: note }) }
    return this.#add('incident', wish, body, actor) as Incident
  }

  /** Ends one now. @throws NotFoundError */
  end(type: Shown['type'], id: string, actor: Actor): Shown {
    const known = this.#known.get(id)
    if (known?.stored.type !== type) throw new NotFoundError(`${type}-unknown`, `there is no ${type} "${id}"`)
    this.#core.records.transaction(() => {
      this.#records.remove(id)
      this.#core.audit.record(actor, `${type}.end`, id)
    })
    return this.#forget(id)
  }

  /** Tells what has begun, and drops what has run out. */
  sweep(): void {
    const nowMs = this.#core.clock.now()
    for (const [id, known] of this.#known) {
      const state = stateAt(known.stored, nowMs)
      if (state === 'ended') {
        this.#records.remove(id)
        this.#forget(id)
      } else if (state !== known.shown.state) {
        known.shown.state = state
        this.#core.stream.publish('disruptions', [known.shown])
      }
    }
  }

  #add(type: Shown['type'], wish: NewClosure | NewIncident, body: StoredDisruption['body'], actor: Actor): Shown {
    const nowMs = this.#core.clock.now()
    const fromMs = wish.from === undefined ? nowMs : fromTimestamp(wish.from)
    const untilMs = wish.until ? fromTimestamp(wish.until) : null
    if (untilMs !== null && untilMs <= Math.max(nowMs, fromMs)) {
      const message = `"${wish.until}" is not after ${toTimestamp(Math.max(nowMs, fromMs))}`
      throw new InputError('until-past', `until ${message}`, [{ field: 'until', message }])
    }
    const arcs = arcsAsked(this.#network, wish)
    if (arcs.length > mostArcs) {
      const message = `${arcs.length} arcs are meant, at most ${mostArcs} are taken; ask for less`
      const field = wish.line ? 'line' : 'radiusM'
      throw new ConflictError('too-many-roads', message, [{ field, message }])
    }
    const made = {
      ...{ type, fromMs, untilMs, createdMs: nowMs, createdBy: actor.name, body },
      direction: wish.direction ?? ('both' as const),
      places: arcs.map((arc) => placeOfArc(this.#network, arc)),
    }
    const stored = this.#core.records.transaction(() => {
      const one = this.#records.add(made)
      const detail = { ...body, from: toTimestamp(fromMs), until: untilMs && toTimestamp(untilMs), arcs: arcs.length }
      this.#core.audit.record(actor, `${type}.add`, one.id, detail)
      return one
    })
    const shown = this.#take(stored, arcs)
    this.#core.stream.publish('disruptions', [shown])
    return shown
  }

  #take(stored: StoredDisruption, arcs: readonly number[]): Shown {
    const shown = shownOf(this.#network, stored, arcs, this.#core.clock.now())
    const { id, fromMs, untilMs, body } = stored
    const closed = stored.type !== 'closure' ? closure.open : closure[body.closedTo ?? 'everyone']
    this.#roads.put({ id, arcs, fromMs, untilMs, closed, speedFactor: body.speedFactor ?? 1, delayS: body.delayS ?? 0 })
    this.#known.set(id, { stored, arcs, shown })
    return shown
  }

  #forget(id: string): Shown {
    const { shown } = this.#known.get(id)!
    this.#known.delete(id)
    this.#roads.remove(id)
    const ended = { ...shown, state: 'ended' as const }
    this.#core.stream.publish('disruptions', [ended])
    return ended
  }
}

/**
 * What is left of the speed where a share of the capacity is left, by the curve of the Bureau of Public Roads (1964),
 * v = v₀ / (1 + 0.15·(x/c)⁴), on a road that was busy before.
 */
function speedFactorOf({ speedFactor, remainingCapacity }: NewIncident): number {
  if (speedFactor !== undefined) return speedFactor
  if (remainingCapacity === undefined) return usualSpeedFactor
  const slowed = (capacity: number) => 1 + 0.15 * (busyLoad / capacity) ** 4
  return Math.max(LEAST_SPEED_FACTOR, slowed(1) / slowed(remainingCapacity))
}

function stateAt({ fromMs, untilMs }: StoredDisruption, nowMs: number): Shown['state'] {
  if (untilMs !== null && untilMs <= nowMs) return 'ended'
  return fromMs <= nowMs ? 'in-force' : 'planned'
}

function shownOf(network: RoadNetwork, stored: StoredDisruption, arcs: readonly number[], nowMs: number): Shown {
  const { id, fromMs, untilMs, createdMs, createdBy, direction, body } = stored
  const { lines, lengthM } = linesOf(network, arcs)
  const streets = [...new Set(arcs.map((arc) => network.streetNames[network.street[arc]!]!))].filter(Boolean)
  const shared = {
    ...{ id, direction, createdBy, streets, state: stateAt(stored, nowMs), lengthM: Math.round(lengthM) },
    geometry: { type: 'MultiLineString' as const, coordinates: lines },
    from: toTimestamp(fromMs),
    until: untilMs === null ? null : toTimestamp(untilMs),
    createdAt: toTimestamp(createdMs),
  }
  if (stored.type === 'closure') {
    const { closedTo = 'everyone', text } = body
    return { type: 'closure', ...shared, closedTo, ...(text !== undefined && { reason: text }) }
  }
  const { speedFactor = 1, delayS = 0, text } = body
  const kind = body.kind as Incident['kind']
  return { type: 'incident', ...shared, kind, speedFactor, delayS, ...(text !== undefined && { note: text }) }
}
