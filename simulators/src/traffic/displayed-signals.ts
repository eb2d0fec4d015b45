import type { JunctionTable, MovementState } from '@clearway/contracts'
import { groupTowards } from '@clearway/contracts/movement'
import { arcFlag, type RoadNetwork } from '@clearway/routing'
import type { Aspect, SignalHeads } from './signal-heads.ts'

/** What a junction's controller shows now, by signal group. */
export interface Shown {
  readonly display: { readonly groups: Readonly<Record<string, MovementState>> }
}

const aspects: Record<MovementState, Aspect> = {
  'stop-And-Remain': 'stop',
  'pre-Movement': 'stop',
  'permissive-Movement-Allowed': 'go',
  'protected-Movement-Allowed': 'go',
  'permissive-clearance': 'yellow',
  'protected-clearance': 'yellow',
  'caution-Conflicting-Traffic': 'yield',
  dark: 'yield',
}

/** A signal group on show. */
interface Head {
  controller: Shown
  group: string
}

/** The drivers' eyes: the displays of all controllers, looked at once a step. */
export class DisplayedSignals implements SignalHeads {
  readonly #heads: Head[]
  readonly #seen: Aspect[]
  /** Heads of the ways that have a signal of their own, by approach and arc behind the stop line. */
  readonly #turns: (ReadonlyMap<number, number> | undefined)[]

  /** @param controllers by junction; every junction of the network has one */
  constructor(network: RoadNetwork, tables: readonly JunctionTable[], controllers: ReadonlyMap<string, Shown>) {
    const byId = new Map(tables.map((table) => [table.id, table]))
    const approaches = network.approaches.map(({ junction, approach, arc }) => {
      const own = byId.get(junction)?.approaches.find(({ id }) => id === approach)
      const controller = controllers.get(junction)
      if (!own?.group || !controller)
        throw new RangeError(`approach ${approach} of ${junction} has no signal group in city.json`)
      return { own, controller, junction, arc }
    })
    this.#heads = approaches.map(({ own: { group }, controller }) => ({ controller, group }))
    this.#turns = approaches.map(({ own, controller, junction, arc }) => {
      if (!own.connections) return undefined
      const ways = new Map<number, number>()
      const node = network.head[arc]!
      for (let to = network.firstOut[node]!; to < network.firstOut[node + 1]!; to++) {
        const exit = exitBehind(network, junction, to)
        const group = exit === undefined ? own.group : groupTowards(own, exit)
        if (group !== own.group) ways.set(to, this.#heads.push({ controller, group }) - 1)
      }
      return ways
    })
    this.#seen = this.#heads.map(() => 'yield')
  }

  /** Takes a fresh look; between two looks nothing changes for the drivers. */
  look(): void {
    this.#heads.forEach(({ controller, group }, head) => {
      this.#seen[head] = aspects[controller.display.groups[group] ?? 'dark']
    })
  }

  mayGo(approach: number, to: number): Aspect {
    return this.#seen[this.#turns[approach]?.get(to) ?? approach]!
  }
}

/** The first exit of a junction that is reached from an arc behind its stop line, within the junction. */
function exitBehind(network: RoadNetwork, junction: string, arc: number): string | undefined {
  const reached = new Set([arc])
  for (const one of reached) {
    const exit = network.exits[network.exitOfArc[one]!]
    if (exit?.junction === junction) return exit.exit
    if ((network.flags[one]! & arcFlag.inside) === 0) continue
    const node = network.head[one]!
    for (let next = network.firstOut[node]!; next < network.firstOut[node + 1]!; next++) {
      if (next !== network.reverse[one]) reached.add(next)
    }
  }
  return undefined
}
