import { type City, InputError, type JunctionTable, type LineString } from '@clearway/contracts'
import type { Recovery } from '@clearway/edge'
import { arcsAlong, importSumoCity, routeAlong, type SumoPlan } from '@clearway/routing'
import type { MissionOrder } from './centre.ts'
import { readCityCase } from './city/city-case.ts'
import type { Mission } from './missions.ts'
import { ORIGIN_MS } from './origin.ts'
import { nobodyWalks, type PedestrianModel, sumOf, withPedestrians } from './pedestrians.ts'
import { ambulanceId } from './run-files.ts'
import type { PreparedScenario, SumoScenario } from './sumo-scenario.ts'

/** What holds at every junction of a comparison. */
export interface SignalConditions {
  /** Vehicle green that is never cut shorter, s. */
  minGreenS: number
  /** A call on for longer is ignored, s. */
  maxPresenceS: number
  /** How plans come back after a pre-emption; by the shorter way where not given. */
  recovery?: Recovery | undefined
  /** People on foot who walk beside the traffic; nobody where not given. */
  pedestrians?: PedestrianModel | undefined
}

export const referenceConditions: SignalConditions = { minGreenS: 7, maxPresenceS: 120 }

/** Of a network that says nothing of where it lies. */
const ANYWHERE = { lon: 117, lat: 36.65 }

export async function prepareScenario(
  scenario: SumoScenario,
  conditions: SignalConditions = referenceConditions,
): Promise<PreparedScenario> {
  const { netFile, signalsFile, cityDir } = scenario
  const { recovery, pedestrians } = conditions
  if (cityDir !== undefined) {
    if (pedestrians) {
      const message = 'are in the plans of this city already; leave the option out'
      throw new InputError('pedestrians', `people on foot ${message}`, [{ field: 'pedestrians', message }])
    }
    const { imported, ...more } = await readCityCase({ ...scenario, cityDir })
    const junctions = imported.city.junctions.map((table) => under(table, conditions))
    return { scenario, imported: { ...imported, city: { ...imported.city, junctions } }, recovery, ...more }
  }
  const { plan, ...imported } = await importSumoCity(netFile, {
    origin: ANYWHERE,
    timeZone: 'UTC',
    ...(signalsFile !== undefined && { signals: signalsFile }),
  })
  const walked = imported.city.junctions.map((table) => {
    const vehicles = fromOrigin(under(table, conditions))
    return pedestrians ? withPedestrians(vehicles, pedestrians, plan) : { table: vehicles, report: nobodyWalks }
  })
  const city: City = { ...imported.city, junctions: walked.map(({ table }) => table) }
  const prepared: PreparedScenario = { scenario, imported: { ...imported, city }, plan, recovery }
  return pedestrians ? { ...prepared, pedestrians: sumOf(walked.map(({ report }) => report)) } : prepared
}

function under(table: JunctionTable, { minGreenS, maxPresenceS }: SignalConditions): JunctionTable {
  const groups = table.groups.map((group) => {
    const greens = table.stages.filter((stage) => stage.groups.includes(group.id)).map((stage) => stage.greenS)
    return group.kind === 'vehicle' ? { ...group, minGreenS: Math.min(minGreenS, ...greens) } : group
  })
  // A green that the plan itself shows for less is never longer in a pre-emption.
  const least = Math.min(minGreenS, ...groups.flatMap((group) => (group.kind === 'vehicle' ? [group.minGreenS] : [])))
  return { ...table, groups, preempt: { ...table.preempt, minGreenS: least, maxPresenceS } }
}

/** Plans of SUMO count from second 0, those of controllers from the epoch. */
function fromOrigin(table: JunctionTable): JunctionTable {
  return { ...table, offsetS: (table.offsetS + ORIGIN_MS / 1000) % table.cycleS }
}

/**
 * The order that sends a mission out.
 *
 * @throws InputError `missions` when its route cannot be driven in the imported network
 */
export function orderOf(mission: Mission, { imported, plan, innerArcs }: PreparedScenario): MissionOrder {
  const refuse = (reason: string) => {
    const message = `mission ${mission.id}: its route ${reason}`
    return new InputError('missions', message, [{ field: 'route', message }])
  }
  const outer = mission.route.map((edge) => {
    const arc = plan.arcOf.get(edge)
    if (arc === undefined) throw refuse(`has edge "${edge}", which was left out of the imported network`)
    return arc
  })
  const arcs = Int32Array.from(
    outer.flatMap((arc, i) => [arc, ...(i + 1 < outer.length ? (innerArcs?.(arc, outer[i + 1]!) ?? []) : [])]),
  )
  let line: LineString
  try {
    line = routeAlong(imported.network, arcs, { profile: 'ambulance' }).geometry
  } catch (error) {
    throw refuse((error as Error).message)
  }
  const [first, last] = [line.coordinates[0]!, line.coordinates.at(-1)!]
  return {
    vehicle: ambulanceId(mission),
    origin: { lon: first[0]!, lat: first[1]! },
    destination: { lon: last[0]!, lat: last[1]! },
    ...{ line, arcs },
  }
}

/** The edges of SUMO that a line drives; undefined when it does not follow the network. */
export function edgesAlong(line: LineString, { imported, plan }: PreparedScenario): string[] | undefined {
  const along = arcsAlong(imported.network, line)
  if (!along) return undefined
  const edges = edgesOf(plan)
  return [...along.arcs].flatMap((arc) => edges.get(arc) ?? [])
}

const edgesByPlan = new WeakMap<SumoPlan, ReadonlyMap<number, string>>()

function edgesOf(plan: SumoPlan): ReadonlyMap<number, string> {
  const known = edgesByPlan.get(plan) ?? new Map([...plan.arcOf].map(([edge, arc]) => [arc, edge]))
  edgesByPlan.set(plan, known)
  return known
}
