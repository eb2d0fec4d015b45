import type { JunctionTable, MovementState } from '@clearway/contracts'
import type { RoadNetwork } from '@clearway/routing'
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

/** The drivers' eyes: the displays of all controllers, looked at once a step. */
export class DisplayedSignals implements SignalHeads {
  readonly #heads: { controller: Shown; group: string }[]
  readonly #seen: Aspect[]

  /** @param controllers by junction; every junction of the network has one */
  constructor(network: RoadNetwork, tables: readonly JunctionTable[], controllers: ReadonlyMap<string, Shown>) {
    const byId = new Map(tables.map((table) => [table.id, table]))
    this.#heads = network.approaches.map(({ junction, approach }) => {
      const group = byId.get(junction)?.approaches.find(({ id }) => id === approach)?.group
      const controller = controllers.get(junction)
      if (!group || !controller)
        throw new RangeError(`approach ${approach} of ${junction} has no signal group in city.json`)
      return { controller, group }
    })
    this.#seen = this.#heads.map(() => 'yield')
  }

  /** Takes a fresh look; between two looks nothing changes for the drivers. */
  look(): void {
    this.#heads.forEach(({ controller, group }, approach) => {
      this.#seen[approach] = aspects[controller.display.groups[group] ?? 'dark']
    })
  }

  mayGo(approach: number): Aspect {
    return this.#seen[approach]!
  }
}
