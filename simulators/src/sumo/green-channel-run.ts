import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom, WorldError } from '@clearway/contracts'
import type { Absence } from './absences.ts'
import type { CentreOf, PlannerTimes } from './centre.ts'

import type { DiversionOutcome } from './compliant-drivers.ts'
import { type Disturbances, undisturbed } from './disturbances.ts'
import { HeapWatch, type MemoryUse } from './memory.ts'
import { type Mission, shiftOf } from './missions.ts'
import { delaysBySide, type OthersDelay, type Side, sideOf } from './others.ts'
import { Plant, type PlantStep } from './plant.ts'
import { readRoutedDemand } from './routed-demand.ts'
import { ambulanceId, approachDetectors, writeAllGreen, writeAmbulances, writeDetectors } from './run-files.ts'
import type { Passing } from './stop-lines.ts'
import { SumoProcess } from './sumo-process.ts'
import type { PreparedScenario } from './sumo-scenario.ts'
import { readTripInfo, type TripInfo } from './tripinfo.ts'

export interface GreenChannelRun {
  prepared: PreparedScenario
  /** As given: the run shifts them by its seed. */
  missions: readonly Mission[]
  seed: number
  centreOf: CentreOf
  /** Detectors report so often, s; 5 where not given. */
  detectorPeriodS?: number
  disturbances?: Disturbances
  /** Share of ordinary drivers that do what the centre advises; none where not given. */
  compliance?: number
  /** SUMO's own device in place of any request: every ambulance parts the traffic and ignores red. */
  bluelight?: boolean
  /** Ends the run after so many seconds; the last vehicle's arrival where not given. */
  lastS?: number
  onStep?: (step: PlantStep) => void
}

export interface GreenChannelOutcome {
  /** Those that reached their ends, in the order of the missions. */
  ambulances: TripInfo[]
  /** Of all others: time loss and wait for departure together, vehicle seconds. */
  othersDelayVehS: number
  others: number
  /** The same apart, by where their routes lie beside those of the missions. */
  othersBySide: Record<Side, OthersDelay>
  /** Times that junctions were away from their plans, and which missions passed them meanwhile. */
  absences: (Absence & { missions: string[] })[]
  /** Stop lines that ambulances have crossed. */
  passings: Passing[]
  monitorTrips: number
  /** Where some drivers do what is advised. What their ways are longer counts as delay of others. */
  diversion?: DiversionOutcome
  /** Of everything that the signals showed and the ambulances did: the same for the same run. */
  digest: string
  simulatedS: number
  tookS: number
  memory: MemoryUse
  /** Of a centre that plans. */
  plannerTimes?: PlannerTimes
}

const DETECTOR_PERIOD_S = 5
/** The sublane model, in which a rescue lane can be formed. */
const BLUELIGHT_LATERAL_M = 0.8
/** Something is stuck for good when vehicles are still on the way so long after the last departure of a mission, s. */
const LONGEST_S = 6 * 3600

/**
 * One run: SUMO, the agents and a centre in lock step.
 *
 * @throws WorldError `sumo-missing`, or `sumo-ended` with SUMO's last words when it dies on the way
 * @throws InputError `missions` when a mission cannot be driven
 */
export async function runGreenChannel(run: GreenChannelRun): Promise<GreenChannelOutcome> {
  const began = performance.now()
  const { prepared, seed, bluelight = false, lastS = Number.POSITIVE_INFINITY } = run
  const { scenario, imported, plan } = prepared
  const missions = run.missions.map((mission) => ({ ...mission, departS: mission.departS + shiftOf(seed) }))
  const beginS = scenario.beginS ?? 0
  const endS = Math.min(scenario.endS ?? Number.POSITIVE_INFINITY, beginS + lastS, beginS + LONGEST_S)
  const folder = mkdtempSync(join(tmpdir(), 'clearway-sumo-'))
  const file = (name: string) => join(folder, name)
  const digest = createHash('sha256')
  try {
    writeAmbulances(file('ambulances.rou.xml'), missions, bluelight)
    writeDetectors(file('detectors.add.xml'), approachDetectors(imported.city, plan), plan)
    const sumo = await SumoProcess.start({
      netFile: scenario.netFile,
      routeFiles: [scenario.demandFile, file('ambulances.rou.xml')],
      additionalFiles: [...(scenario.signalsFile ? [scenario.signalsFile] : []), file('detectors.add.xml')],
      ...{ seed, beginS, teleportS: scenario.teleportS, tripinfoFile: file('tripinfo.xml') },
      lateralResolutionM: bluelight ? BLUELIGHT_LATERAL_M : undefined,
    })
    let plant: Plant
    let memory: MemoryUse
    const heap = new HeapWatch()
    try {
      plant = await driven(sumo, endS, {
        ...{ prepared, missions, beginS, centreOf: run.centreOf },
        detectorPeriodS: run.detectorPeriodS ?? DETECTOR_PERIOD_S,
        ...{ disturbances: run.disturbances ?? undisturbed, random: seededRandom(seed) },
        compliance: run.compliance ?? 0,
        onStep: (step) => {
          digest.update(JSON.stringify([step.atS, [...step.signals], step.ambulances]))
          heap.look(step.atS)
          run.onStep?.(step)
        },
      })
      memory = heap.use(sumo.peakMiB)
      await sumo.stop()
    } catch (error) {
      throw await sumo.abandon(error)
    }
    const { compliant, plannerTimes } = plant
    const trips = readTripInfo(file('tripinfo.xml'))
      .filter(({ departS }) => departS >= 0)
      // SUMO counts against free driving on the way that was taken; who was led round has lost that too.
      .map((trip) => ({ ...trip, timeLossS: trip.timeLossS + (compliant?.detours.get(trip.id) ?? 0) }))
    const side = sideOf(missions, plan)
    const sides = new Map((await readRoutedDemand(scenario)).map((trip) => [trip.id, side(trip)]))
    return {
      ...summed(trips, missions, sides),
      absences: plant.absences.map((absence) => ({ ...absence, missions: missionsIn(absence, plant.passings) })),
      passings: [...plant.passings],
      monitorTrips: plant.trips.length,
      ...(compliant && { diversion: compliant.outcome }),
      digest: digest.digest('hex'),
      memory,
      ...(plannerTimes && { plannerTimes }),
      simulatedS: plant.atS - beginS,
      tookS: (performance.now() - began) / 1000,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function driven(
  sumo: SumoProcess,
  endS: number,
  options: ConstructorParameters<typeof Plant>[1],
): Promise<Plant> {
  const plant = new Plant(sumo.traci, options)
  try {
    await plant.start()
    while (plant.atS < endS && (await plant.step())) {}
  } finally {
    await plant.stop()
  }
  return plant
}

const missionsIn = (
  { junction, enteredS, recoveredS = Number.POSITIVE_INFINITY }: Absence,
  all: readonly Passing[],
) => [
  ...new Set(
    all
      .filter((passing) => passing.junction === junction && passing.atS >= enteredS && passing.atS <= recoveredS)
      .map(({ mission }) => mission),
  ),
]

function summed(trips: readonly TripInfo[], missions: readonly Mission[], sides: ReadonlyMap<string, Side>) {
  const ids = missions.map(ambulanceId)
  const byId = new Map(trips.map((trip) => [trip.id, trip]))
  const others = trips.filter(({ id }) => !ids.includes(id))
  return {
    ambulances: ids.flatMap((id) => byId.get(id) ?? []).filter(({ arrived }) => arrived),
    othersDelayVehS: others.reduce((sum, { timeLossS, departDelayS }) => sum + timeLossS + departDelayS, 0),
    others: others.length,
    othersBySide: delaysBySide(others, sides),
  }
}

/**
 * Free-flow seconds of every mission: alone in an empty network in which every signal is green.
 *
 * @throws WorldError `sumo-missing` or `sumo-ended`
 */
export async function freeFlowS(prepared: PreparedScenario, missions: readonly Mission[]): Promise<number[]> {
  const { scenario, plan } = prepared
  const folder = mkdtempSync(join(tmpdir(), 'clearway-sumo-'))
  const file = (name: string) => join(folder, name)
  /** Far enough apart that nobody meets. */
  const apartS = 3600
  try {
    const alone = missions.map((mission, i) => ({ ...mission, departS: i * apartS }))
    writeAmbulances(file('ambulances.rou.xml'), alone, false)
    writeAllGreen(file('green.add.xml'), plan)
    const sumo = await SumoProcess.start({
      netFile: scenario.netFile,
      routeFiles: [file('ambulances.rou.xml')],
      additionalFiles: [file('green.add.xml')],
      ...{ seed: 1, beginS: 0, teleportS: -1, tripinfoFile: file('tripinfo.xml') },
    })
    try {
      await sumo.traci.runTo(missions.length * apartS)
      await sumo.stop()
    } catch (error) {
      throw await sumo.abandon(error)
    }
    const byId = new Map(
      readTripInfo(file('tripinfo.xml')).flatMap(({ id, durationS, arrived }) => (arrived ? [[id, durationS]] : [])),
    )
    return missions.map((mission) => {
      const tookS = byId.get(ambulanceId(mission))
      if (tookS !== undefined) return tookS
      throw new WorldError('sumo-ended', `mission ${mission.id} does not reach its end in an empty network`)
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
