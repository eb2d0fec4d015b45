import type { JunctionTable, MovementState } from '@clearway/contracts'
import type { SumoSignal } from '@clearway/routing'

/** Groups by id and what each shows. */
type Groups = Readonly<Record<string, MovementState>>
type Phases = readonly { readonly state: string }[]

const isGreen = (letter: string | undefined): boolean => letter === 'G' || letter === 'g'

const letterOf: Record<MovementState, 'green' | 'y' | 'r' | 'o' | 'O'> = {
  'stop-And-Remain': 'r',
  // Red and yellow: nobody goes.
  'pre-Movement': 'r',
  'permissive-Movement-Allowed': 'green',
  'protected-Movement-Allowed': 'green',
  'permissive-clearance': 'y',
  'protected-clearance': 'y',
  'caution-Conflicting-Traffic': 'o',
  dark: 'O',
}

/**
 * Writes what a junction's controller shows as the state of its signal in SUMO, one letter for each link. A link that
 * the program of the network never stops keeps its letter. Who has to yield is taken from the program wherever it has a
 * phase with these greens; elsewhere only traffic of an approach that is green alone has not.
 */
export class SignalFace {
  readonly signalId: string
  readonly #links: readonly Link[]
  readonly #phases: Phases
  /** Phases by what is green and yellow in them, and by what is green alone. */
  readonly #phaseOf: ReadonlyMap<string, number>
  readonly #approachOf: ReadonlyMap<string, string>
  #seen: Groups | undefined
  #state = ''

  constructor(table: JunctionTable, { id, program, links }: SumoSignal) {
    this.signalId = id
    this.#phases = program?.phases ?? []
    this.#links = linksOf(links, this.#phases)
    this.#approachOf = new Map(table.groups.map((group) => [group.id, group.approach]))
    const phaseOf = new Map<string, number>()
    const stopped = this.#links.filter(({ free }) => free === undefined)
    this.#phases.forEach(({ state }, phase) => {
      const shownAs = (is: (letter: string | undefined) => boolean) =>
        keyOf(stopped.filter(({ index }) => is(state[index])).map(({ group }) => group))
      const [greens, yellows] = [shownAs(isGreen), shownAs((letter) => letter === 'y')]
      for (const key of [`${greens}/${yellows}`, greens]) if (!phaseOf.has(key)) phaseOf.set(key, phase)
    })
    this.#phaseOf = phaseOf
  }

  /** One letter for each link index. */
  state(groups: Groups): string {
    if (groups === this.#seen) return this.#state
    this.#seen = groups
    const stopped = this.#links.filter(({ free }) => free === undefined)
    const showing = (letter: string) =>
      stopped.flatMap(({ group }) => (letterOf[shown(groups, group)] === letter ? [group] : []))
    const greens = showing('green')
    const phase = this.#phaseOf.get(`${keyOf(greens)}/${keyOf(showing('y'))}`) ?? this.#phaseOf.get(keyOf(greens))
    const approaches = new Set(greens.map((group) => group && this.#approachOf.get(group)))
    const letters = this.#links.map(({ index, group, free, yields }) => {
      if (free !== undefined) return free
      const letter = letterOf[shown(groups, group)]
      if (letter !== 'green') return letter
      const planned = phase === undefined ? undefined : this.#phases[phase]!.state[index]
      if (planned !== undefined && isGreen(planned)) return planned
      return yields && approaches.size > 1 ? 'g' : 'G'
    })
    this.#state = this.#placed(letters)
    return this.#state
  }

  /** Link indices without a link are red. */
  #placed(letters: readonly string[]): string {
    const length = Math.max(0, ...this.#links.map(({ index }) => index + 1), this.#phases[0]?.state.length ?? 0)
    const state = Array<string>(length).fill('r')
    this.#links.forEach(({ index }, i) => {
      state[index] = letters[i]!
    })
    return state.join('')
  }
}

interface Link {
  index: number
  /** undefined: of no group, red whenever the program is left. */
  group: string | undefined
  /** The letter of a link that is always green. */
  free: string | undefined
  /** In some phase its green is one that yields. */
  yields: boolean
}

function linksOf(links: SumoSignal['links'], phases: Phases): Link[] {
  const shownAt = (index: number) => phases.map(({ state }) => state[index])
  const pattern = (index: number) => shownAt(index).map(isGreen).join()
  // A link inside the junction goes with the group that is green when it is.
  const groupOf = new Map(
    links.flatMap(({ linkIndex, group }) => (group ? [[pattern(linkIndex), group] as const] : [])),
  )
  return links.map(({ linkIndex: index, group }) => {
    const letters = shownAt(index)
    return {
      index,
      group: group ?? groupOf.get(pattern(index)),
      free: letters.length > 0 && letters.every(isGreen) ? letters[0] : undefined,
      yields: letters.includes('g') || letters.length === 0,
    }
  })
}

const shown = (groups: Groups, group: string | undefined): MovementState =>
  (group === undefined ? undefined : groups[group]) ?? 'stop-And-Remain'

const keyOf = (groups: readonly (string | undefined)[]): string => [...new Set(groups)].sort().join()
