import type { SumoPlan } from '@clearway/routing'
import type { TraciClient } from './traci/client.ts'
import { variable } from './traci/commands.ts'

/** Of what was seen before, a share of 1/e is left after so long: a cycle of the signals, s. */
const REMEMBERED_S = 120
/** An edge that was hardly driven is as free as if this many vehicles drove it freely. */
const FREE_VEHICLES = 0.5
/** Nobody counts on less, m/s. */
const LEAST_MPS = 0.5

interface Driven {
  edge: string
  freeMps: number
  lengthM: number
  /** Means over the last cycle: of the vehicles on the edge, and of what they drove a second, m. */
  vehicles: number
  metresPerS: number
}

/** How long each edge takes now, as a service that follows the drivers knows it: by what was driven in the last cycle. */
export class EdgeTimes {
  readonly #traci: TraciClient
  readonly #edges: ReadonlyMap<number, Driven>

  constructor(traci: TraciClient, plan: SumoPlan) {
    this.#traci = traci
    this.#edges = new Map(
      [...plan.arcOf].map(([edge, arc]) => {
        const { lengthM, speedMps } = plan.edges.get(edge)!.lanes[0]!
        return [arc, { edge, freeMps: speedMps, lengthM, vehicles: 0, metresPerS: 0 }]
      }),
    )
  }

  get size(): number {
    return this.#edges.size
  }

  /** Looks at all edges. @param sinceS since the last look */
  async look(sinceS: number): Promise<void> {
    const all = [...this.#edges.values()]
    const names = all.map(({ edge }) => edge)
    const [counts, speeds] = [
      await this.#traci.getAll('edge', variable.vehicleNumber, names),
      await this.#traci.getAll('edge', variable.meanSpeed, names),
    ]
    const kept = Math.exp(-sinceS / REMEMBERED_S)
    for (const [i, driven] of all.entries()) {
      const count = Number(counts[i]!.value)
      driven.vehicles = kept * driven.vehicles + (1 - kept) * count
      // Of an empty edge the speed says nothing.
      driven.metresPerS = kept * driven.metresPerS + (1 - kept) * (count > 0 ? count * Number(speeds[i]!.value) : 0)
    }
  }

  lengthM(arc: number): number {
    return this.#edges.get(arc)!.lengthM
  }

  /** Seconds for the whole edge as it is driven now. */
  nowS(arc: number): number {
    const { lengthM, freeMps, vehicles, metresPerS } = this.#edges.get(arc)!
    const mps = (metresPerS + FREE_VEHICLES * freeMps) / (vehicles + FREE_VEHICLES)
    return lengthM / Math.max(LEAST_MPS, mps)
  }

  /** Seconds for the whole edge if nobody else were there. */
  freeS(arc: number): number {
    const { lengthM, freeMps } = this.#edges.get(arc)!
    return lengthM / freeMps
  }
}
