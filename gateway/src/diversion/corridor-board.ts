import { type Advice, type Dispatch, type Route, toTimestamp } from '@clearway/contracts'
import { arcShape, arcsAlong, type RoadNetwork } from '@clearway/routing'
import type { MissionCourse } from '../dispatch/mission.ts'
import { corridorAhead, type Stretch, stretchesOf } from './corridor.ts'

/** A stretch that is told of, and for whom. */
export interface Told {
  dispatch: string
  arcs: readonly number[]
  fromMs: number
  untilMs: number
  /** What may be read outside; undefined where nobody is told. */
  advice: Advice | undefined
}

/** Windows are told in steps of this, outwards: finer they would tell the vehicle's place, and change every second. */
const STEP_MS = 10_000
const DECIMALS = 6

const text = {
  en: 'Emergency vehicle expected: please use another road, or keep clear',
  zh: '应急车辆即将通过，请绕行或避让',
}

interface KnownRoute {
  route: Route
  stretches: readonly Stretch[]
}

/** The corridors of all missions: renewed each second, gone with the vehicle or with its mission. */
export class CorridorBoard {
  readonly #network: RoadNetwork
  readonly #horizonS: number
  readonly #newId: () => string
  readonly #routes = new Map<string, KnownRoute>()
  /** By mission, then by the roads of the stretch, in the order of driving. */
  #told = new Map<string, Map<string, Told>>()

  /**
   * @param horizonS what a vehicle reaches later is not told of yet, seconds
   * @param newId ids of advice, unlike any other and saying nothing
   */
  constructor(network: RoadNetwork, horizonS: number, newId: () => string) {
    this.#network = network
    this.#horizonS = horizonS
    this.#newId = newId
  }

  /** Everything that is told of now. */
  get told(): Told[] {
    return [...this.#told.values()].flatMap((stretches) => [...stretches.values()])
  }

  /** Missions that have a corridor, and how many stretches. */
  get missions(): ReadonlyMap<string, number> {
    return new Map([...this.#told].map(([dispatch, stretches]) => [dispatch, stretches.size]))
  }

  /** Takes where all vehicles are. @returns advice that is new, has changed or has ended */
  step(courses: readonly MissionCourse[], nowMs: number): Advice[] {
    const before = this.told
    const next = new Map<string, Map<string, Told>>()
    for (const course of courses) {
      const stretches = this.#follow(course, nowMs)
      if (stretches.size > 0) next.set(course.dispatch.id, stretches)
    }
    this.#told = next
    for (const id of this.#routes.keys())
      if (!courses.some(({ dispatch }) => dispatch.id === id)) this.#routes.delete(id)
    return changes(before, this.told)
  }

  #follow(course: MissionCourse, nowMs: number): Map<string, Told> {
    const { dispatch } = course
    const known = this.#told.get(dispatch.id)
    const ahead = corridorAhead(
      this.#stretches(dispatch),
      course,
      (stretch) => known?.has(keyOf(stretch)) ?? false,
      this.#horizonS,
      nowMs,
    )
    return new Map(
      ahead.map(({ stretch, fromMs, untilMs }) => {
        const key = keyOf(stretch)
        const before = known?.get(key)
        return [key, before ? moved(before, fromMs, untilMs, nowMs) : this.#tell(dispatch, stretch, fromMs, untilMs)]
      }),
    )
  }

  /** Undefined where the route does not follow this map: it has been imported anew. */
  #stretches({ id, route }: Dispatch): readonly Stretch[] {
    const known = this.#routes.get(id)
    if (known?.route === route) return known.stretches
    const along = arcsAlong(this.#network, route.geometry)
    const stretches = along ? stretchesOf(this.#network, along) : []
    this.#routes.set(id, { route, stretches })
    return stretches
  }

  #tell({ id: dispatch, role }: Dispatch, { arcs }: Stretch, earliestMs: number, latestMs: number): Told {
    const [fromMs, untilMs] = [stepBefore(earliestMs), stepAfter(latestMs)]
    // Where the police come by in three minutes is told to nobody outside.
    if (role === 'police') return { dispatch, arcs, fromMs, untilMs, advice: undefined }
    const { street, streetNames } = this.#network
    const advice: Advice = {
      ...{ id: this.#newId(), kind: 'emergency-corridor', use: 'avoid', state: 'in-force' },
      ...{ from: toTimestamp(fromMs), until: toTimestamp(untilMs), text },
      streets: [...new Set(arcs.map((arc) => streetNames[street[arc]!]!))].filter(Boolean),
      geometry: { type: 'LineString', coordinates: lineOf(this.#network, arcs) },
    }
    return { dispatch, arcs, fromMs, untilMs, advice }
  }
}

const keyOf = ({ arcs }: Stretch): string => `${arcs[0]}-${arcs.at(-1)}`

const stepBefore = (ms: number) => Math.floor(ms / STEP_MS) * STEP_MS
const stepAfter = (ms: number) => Math.ceil(ms / STEP_MS) * STEP_MS

/** Driven from the first to the last. */
function lineOf(network: RoadNetwork, arcs: readonly number[]): [number, number][] {
  const points = arcs.flatMap((arc, i) => arcShape(network, arc).slice(i === 0 ? 0 : 1))
  return points.map(([lon, lat]) => [Number(lon.toFixed(DECIMALS)), Number(lat.toFixed(DECIMALS))])
}

/** The window is told anew when it no longer holds, or could be shorter by more than a step. */
function moved(told: Told, earliestMs: number, latestMs: number, nowMs: number): Told {
  // What has begun has begun: that it moves on would tell where the vehicle is.
  const begins = told.fromMs <= nowMs || (earliestMs >= told.fromMs && earliestMs < told.fromMs + 2 * STEP_MS)
  const ends = latestMs <= told.untilMs && latestMs > told.untilMs - 2 * STEP_MS
  const fromMs = begins ? told.fromMs : stepBefore(earliestMs)
  const untilMs = ends ? told.untilMs : stepAfter(latestMs)
  if (told.fromMs === fromMs && told.untilMs === untilMs) return told
  const times = { from: toTimestamp(fromMs), until: toTimestamp(untilMs) }
  return { ...told, fromMs, untilMs, advice: told.advice && { ...told.advice, ...times } }
}

function changes(before: readonly Told[], now: readonly Told[]): Advice[] {
  const advised = (all: readonly Told[]) => new Map(all.flatMap(({ advice }) => (advice ? [[advice.id, advice]] : [])))
  const [old, present] = [advised(before), advised(now)]
  const ended = [...old.values()].filter(({ id }) => !present.has(id))
  return [
    ...[...present.values()].filter((advice) => old.get(advice.id) !== advice),
    ...ended.map((advice): Advice => ({ ...advice, state: 'ended' })),
  ]
}
