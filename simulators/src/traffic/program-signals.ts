import type { RoadNetwork, SumoPlan } from '@clearway/routing'
import type { Aspect, SignalHeads } from './signal-heads.ts'

/** Aspects of one movement over its program's cycle. */
interface Face {
  /** When each aspect ends, seconds from the begin of the cycle; the last is the cycle. */
  untilS: number[]
  aspects: Aspect[]
  offsetS: number
}

const aspectOf = (letter: string | undefined): Aspect => {
  if (letter === 'G') return 'go'
  if (letter === 'g') return 'permitted'
  if (letter === 'y' || letter === 'u') return 'yellow'
  return letter === 'O' || letter === 'o' ? 'yield' : 'stop'
}

/** Signals that run the fixed-time programs of a SUMO network, with nobody in between. */
export class ProgramSignals implements SignalHeads {
  readonly #faces: Map<number, Face>[]
  readonly #seen: Map<number, Aspect>[]

  constructor(network: RoadNetwork, plan: SumoPlan) {
    this.#faces = network.approaches.map(() => new Map())
    this.#seen = network.approaches.map(() => new Map())
    for (const { links, program } of plan.signals.values()) {
      if (!program) continue
      let endS = 0
      const untilS = program.phases.map(({ durationS }) => (endS += durationS))
      for (const { fromEdge, toEdge, linkIndex } of links) {
        const [from, to] = [plan.arcOf.get(fromEdge), plan.arcOf.get(toEdge)]
        const approach = from === undefined ? -1 : network.approachOfArc[from]!
        if (approach < 0 || to === undefined) continue
        const aspects = program.phases.map(({ state }) => aspectOf(state[linkIndex]))
        this.#faces[approach]!.set(to, { untilS, aspects, offsetS: program.offsetS })
      }
    }
  }

  /** Shows what the programs have at a second of the simulation. */
  look(nowS: number): void {
    this.#faces.forEach((faces, approach) => {
      for (const [to, { untilS, aspects, offsetS }] of faces) {
        const cycleS = untilS.at(-1)!
        const atS = (((nowS - offsetS) % cycleS) + cycleS) % cycleS
        this.#seen[approach]!.set(to, aspects[untilS.findIndex((endS) => atS < endS)]!)
      }
    })
  }

  mayGo(approach: number, to: number): Aspect {
    return this.#seen[approach]!.get(to) ?? 'yield'
  }
}
