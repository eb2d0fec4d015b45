import type { Recovery } from '@clearway/edge'
import type { SumoPlan } from '@clearway/routing'
import type { SimulatedCity } from './centre.ts'
import type { PedestrianReport } from './pedestrians.ts'

/** The files of an evaluation and how SUMO is to run them. */
export interface SumoScenario {
  netFile: string
  demandFile: string
  /** Signal programs in place of the network's. */
  signalsFile?: string | undefined
  /** The imported city that the network was made of, as a folder; else the network is imported itself. */
  cityDir?: string | undefined
  beginS?: number | undefined
  endS?: number | undefined
  teleportS: number
}

/** A scenario as its runs use it. */
export interface PreparedScenario {
  scenario: SumoScenario
  imported: SimulatedCity
  plan: SumoPlan
  recovery?: Recovery | undefined
  /** Where the model was asked for. */
  pedestrians?: PedestrianReport
  /** Arcs between two edges that follow one another, where the network has them as one junction. */
  innerArcs?(from: number, to: number): readonly number[]
}
