import type { Disturbances, Mission, SignalConditions, SumoScenario } from '@clearway/simulators'

/** Gateway settings by path of the configuration, beside those of every run. */
export type Settings = Readonly<Record<string, string>>

/** How the devices of a run speak with the gateway: in memory, or by MQTT through its own broker. */
export type Transport = 'memory' | 'mqtt'

/** Whether the gateway chooses the ways of the missions, or is told to drive the given ones. */
export type Ways = 'chosen' | 'given'

/** Who asks for greens in a run. */
export type ControllerSpec =
  | { name: string; kind: 'none' | 'bluelight' }
  | { name: string; kind: 'lead'; leadS: number }
  | { name: string; kind: 'clearway'; settings: Settings }

/** What is the same in all runs of a comparison. */
export interface RunConditions {
  scenario: SumoScenario
  signals: SignalConditions
  /** Detectors report so often, s. */
  detectorPeriodS: number
  disturbances: Disturbances
  transport: Transport
  ways: Ways
  /** Share of ordinary drivers that do what the gateway advises; none where not given. */
  compliance?: number | undefined
  /** Ends every run after so many seconds. */
  lastS?: number | undefined
}

/** One run, as it travels to the thread that makes it. */
export interface RunOrder {
  conditions: RunConditions
  missions: readonly Mission[]
  controller: ControllerSpec
  seed: number
}
