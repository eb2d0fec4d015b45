import type { SumoPlan } from '@clearway/routing'

/** An ambulance has crossed a stop line. */
export interface Passing {
  /** Of the mission. */
  mission: string
  junction: string
  atS: number
  /** What its signal showed while it crossed. */
  shown: 'green' | 'yellow' | 'red'
}

interface Link {
  junction: string
  index: number
  lane: number
}

/** The links of all signals by the edges before and behind their stop lines. */
export type StopLines = ReadonlyMap<string, readonly Link[]>

const between = (from: string | undefined, to: string | undefined): string => `${from}>${to}`

export function stopLinesOf({ signals }: Pick<SumoPlan, 'signals'>): StopLines {
  const links = [...signals].flatMap(([junction, { links }]) =>
    links.map(({ linkIndex: index, fromEdge, fromLane: lane, toEdge }) => ({
      junction,
      index,
      lane,
      fromEdge,
      toEdge,
    })),
  )
  return Map.groupBy(links, ({ fromEdge, toEdge }) => between(fromEdge, toEdge))
}

/** Follows one ambulance along its route and reads the signal wherever it crosses a stop line. */
export class StopLineWatch {
  readonly #mission: string
  #route: readonly string[]
  readonly #lines: StopLines
  /** How many edges of the route lie behind it. */
  #passed = 0
  /** The lane that it was seen on last; empty while it was set forward. */
  #lane: string | undefined

  constructor(mission: string, route: readonly string[], lines: StopLines) {
    this.#mission = mission
    this.#route = route
    this.#lines = lines
  }

  /** It goes on by another way. @param route from the edge that it is on */
  follow(route: readonly string[]): void {
    this.#route = route
    this.#passed = 0
  }

  /**
   * Where it is after a step.
   *
   * @param lane of SUMO: `edge_2`, `:junction_0_1` inside a junction, empty while a vehicle that was stuck is set forward
   * @param stateOf what the signal of a junction showed during the step, a letter for each link
   */
  moved(lane: string, atS: number, stateOf: (junction: string) => string): Passing[] {
    const before = this.#lane
    this.#lane = lane
    if (lane === '') return []
    const passed = this.#passedAt(lane, before)
    const first = this.#passed
    this.#passed = Math.max(first, passed)
    // Who was lifted over a stop line has not crossed it.
    if (before === '') return []
    const crossed = Array.from({ length: Math.max(0, passed - first) }, (_, i) => first + i)
    return crossed.flatMap((edge) => this.#passing(edge, edge === first ? before : undefined, atS, stateOf))
  }

  #passedAt(lane: string, before: string | undefined): number {
    if (!lane.startsWith(':')) {
      const edge = this.#route.indexOf(lane.slice(0, lane.lastIndexOf('_')), this.#passed)
      return edge < 0 ? this.#passed : edge
    }
    const isSameJunction = before?.startsWith(':') && junctionOf(before) === junctionOf(lane)
    return isSameJunction ? this.#passed : this.#passed + 1
  }

  #passing(edge: number, from: string | undefined, atS: number, stateOf: (junction: string) => string): Passing[] {
    const name = this.#route[edge]
    const links = this.#lines.get(between(name, this.#route[edge + 1])) ?? []
    const own = links.filter(({ lane }) => `${name}_${lane}` === from)
    const [{ junction }] = [...own, ...links, { junction: undefined }] as [{ junction: string | undefined }]
    if (junction === undefined) return []
    const letters = (own.length > 0 ? own : links).map(({ index }) => stateOf(junction)[index] ?? 'r')
    const shown = letters.some(isFree)
      ? 'green'
      : letters.some((letter) => letter.toLowerCase() === 'y')
        ? 'yellow'
        : 'red'
    return [{ mission: this.#mission, junction, atS, shown }]
  }
}

/** Of `:junction_0_1`. */
const junctionOf = (lane: string): string => lane.split('_').slice(0, -2).join('_')

/** Green, or a signal that is off or flashing: nobody is held. */
const isFree = (letter: string): boolean => 'Ggo'.includes(letter) || letter === 'O'
