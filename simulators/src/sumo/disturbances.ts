import type { JunctionTable, Random } from '@clearway/contracts'
import type { Detector, FlowReading } from '@clearway/edge'

/** What goes wrong in a run. */
export interface Disturbances {
  /** Share of the junctions whose agents never connect; their controllers run their plans. */
  silentJunctions: number
  /** Vehicles publish their position so often, s. */
  positionEveryS: number
  /** Share of the detectors that report what is not there. */
  falseDetectors: number
}

export const undisturbed: Disturbances = { silentJunctions: 0, positionEveryS: 1, falseDetectors: 0 }

/** So many of a list, drawn without putting back. */
function drawn<Item>(items: readonly Item[], share: number, random: Random): Set<Item> {
  const left = [...items]
  const count = Math.round(items.length * share)
  return new Set(Array.from({ length: count }, () => left.splice(random.integer(left.length), 1)[0]!))
}

/** Ids of the junctions that are silent throughout. */
export const silentJunctions = (
  junctions: readonly JunctionTable[],
  { silentJunctions: share }: Disturbances,
  random: Random,
): ReadonlySet<string> =>
  drawn(
    junctions.map(({ id }) => id),
    share,
    random,
  )

/** Places in a list of detectors of those that are false. */
export const falseDetectors = (
  count: number,
  { falseDetectors: share }: Disturbances,
  random: Random,
): ReadonlySet<number> =>
  drawn(
    Array.from({ length: count }, (_, i) => i),
    share,
    random,
  )

/** The longest queue that a false detector makes up, m, and the most vehicles in a period. */
const MADE_UP_M = 300
const MADE_UP_VEHICLES = 5

/** A detector whose readings have nothing to do with the street. */
export function falseDetector(random: Random): Detector {
  return {
    read(): FlowReading {
      const count = random.integer(MADE_UP_VEHICLES + 1)
      const occupancy = Math.round(random.next() * 100) / 100
      const queueM = Math.round(random.next() * MADE_UP_M)
      return { count, occupancy, queueM, ...(count > 0 && { speedMps: 10 }) }
    },
  }
}
