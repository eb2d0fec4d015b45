import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError, seededRandom } from '@clearway/contracts'
import type { Recovery } from '@clearway/edge'
import {
  generateMissions,
  type Mission,
  prepareScenario,
  readMissions,
  readRoutedDemand,
  referenceConditions,
  type SumoScenario,
  undisturbed,
} from '@clearway/simulators'
import { Command, InvalidArgumentError, Option } from 'commander'
import { controllerOf } from '../evaluation/controllers.ts'
import { CITY_VEHICLES_PER_HOUR, heidelbergCase } from '../evaluation/default-case.ts'
import { type EvaluationResult, evaluateGreenChannel } from '../evaluation/green-channel.ts'
import { mergeResults, readResults } from '../evaluation/result-file.ts'
import { faultsOf } from '../evaluation/results.ts'
import type { ControllerSpec, RunConditions, Settings, Transport, Ways } from '../evaluation/run-order.ts'
import { tablesOf } from '../evaluation/table.ts'
import { drawTradeOff } from '../evaluation/trade-off-picture.ts'
import { drawTrips } from '../evaluation/trips-picture.ts'
import { shareOf, wholeFrom } from '../option-values.ts'
import { evaluateTrafficCommand } from './evaluate-traffic.ts'

interface GreenChannelOptions extends ReportOptions {
  network?: string
  demand?: string
  signals?: string
  vehiclesPerHour: number
  caseFolder?: string
  missions?: string
  trips: number
  togetherAtS?: number
  seeds: number
  firstSeed: number
  controllers: string
  variant: ReadonlyMap<string, Settings>
  minGreenS: number
  maxPresenceS: number
  recovery: Recovery
  pedestrians: boolean
  pedestrianWalkS: number
  pedestrianSpeedMps: number
  detectorPeriodS: number
  teleportS?: number
  silentJunctions: number
  positionEveryS: number
  falseDetectors: number
  compliance: number
  beginS?: number
  endS?: number
  lastS?: number
  parallel: number
  transport: Transport
  ways: Ways
}

const DEFAULT_CONTROLLERS = 'none,lead-10,lead-15,lead-20,lead-30,lead-45,lead-60,clearway'
/** Beside the seeds of the runs: missions are the same in all of them. */
const MISSIONS_SEED = 1

const whole = wholeFrom(1)
const seconds = (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Seconds are expected.')
  return value
}

const above0 = (text: string): number => {
  const value = Number(text)
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('A number above 0 is expected.')
  return value
}

/** `NAME:KEY=VALUE,…` → `clearway-NAME` with these settings. */
function variantOf(text: string, before: ReadonlyMap<string, Settings> = new Map()): ReadonlyMap<string, Settings> {
  const [, name, list] = /^([a-z0-9.-]+):(.+)$/.exec(text) ?? []
  const settings = list?.split(',').map((item) => item.split('=') as [string, string | undefined])
  if (!name || !settings || settings.some(([key, value]) => key === '' || value === undefined)) {
    throw new InvalidArgumentError('NAME:KEY=VALUE[,KEY=VALUE…] is expected, KEY a key of the configuration.')
  }
  return new Map([...before, [`clearway-${name}`, Object.fromEntries(settings) as Settings]])
}

export function evaluateCommand(): Command {
  const command = new Command('evaluate').description('measures what this system is worth')
  command.addCommand(evaluateTrafficCommand())
  command
    .command('green-channel')
    .description('emergency trips in SUMO with and without priority; needs SUMO (README)')
    .option('--network <file>', 'SUMO network, .net.xml, gzip or not; Heidelberg if absent')
    .option('--demand <file>', 'SUMO demand with routes, .rou.xml, gzip or not')
    .option('--signals <file>', "additional file with signal programs in place of the network's")
    .option('--vehicles-per-hour <n>', 'demand of Heidelberg', whole, CITY_VEHICLES_PER_HOUR)
    .option('--case-folder <folder>', 'keeps the files of Heidelberg')
    .option('--missions <file>', 'JSON list of { id, depart, route }; drawn from the demand if absent')
    .option('--trips <n>', 'missions to draw where none are given', whole, 10)
    .option('--together-at-s <s>', 'missions that are drawn all depart in this second', seconds)
    .option('--seeds <n>', 'runs of each controller', whole, 5)
    .option('--first-seed <n>', 'the first of them', whole, 1)
    .option('--controllers <list>', 'by comma', DEFAULT_CONTROLLERS)
    .option(
      '--variant <NAME:KEY=VALUE,...>',
      'adds the controller clearway-NAME with these settings',
      variantOf,
      new Map(),
    )
    .option('--min-green-s <s>', 'vehicle green is never cut shorter', seconds, referenceConditions.minGreenS)
    .option('--max-presence-s <s>', 'a call is ignored after', seconds, referenceConditions.maxPresenceS)
    .addOption(
      new Option('--recovery <how>', "how controllers come back: shorter-way, ours; none, at once by the plan's clock")
        .choices(['shorter-way', 'none'])
        .default('shorter-way'),
    )
    .option('--pedestrians', 'people walk beside the traffic of every stage; a pre-emption lets them finish', false)
    .addOption(
      new Option('--pedestrian-walk-s <s>', 'they are shown walk for so long at least')
        .argParser(above0)
        .default(7)
        .implies({ pedestrians: true }),
    )
    .addOption(
      new Option('--pedestrian-speed-mps <m/s>', 'they clear the road at this speed')
        .argParser(above0)
        .default(1.2)
        .implies({ pedestrians: true }),
    )
    .option('--detector-period-s <s>', 'detectors report so often', whole, 5)
    .option(
      '--teleport-s <s>',
      'a vehicle stuck for so long is set forward; -1 never, as if absent; 300 in Heidelberg',
      seconds,
    )
    .option('--begin-s <s>', 'begin of the simulation', seconds)
    .option('--end-s <s>', 'its end; the last arrival if absent', seconds)
    .option('--last-s <s>', 'ends every run so long after its begin', seconds)
    .addOption(
      new Option('--transport <how>', 'how devices and gateway speak: the same run, mqtt through its broker')
        .choices(['memory', 'mqtt'])
        .default('memory'),
    )
    .addOption(
      new Option('--ways <which>', 'of the missions: chosen by the gateway, or as given')
        .choices(['chosen', 'given'])
        .default('chosen'),
    )
    .option('--silent-junctions <share>', 'of junctions that answer nobody', shareOf, undisturbed.silentJunctions)
    .option('--position-every-s <s>', 'vehicles say so often where they are', whole, undisturbed.positionEveryS)
    .option(
      '--false-detectors <share>',
      'of detectors that make up what they report',
      shareOf,
      undisturbed.falseDetectors,
    )
    .option('--compliance <share>', 'of ordinary drivers that take another way when clearway advises it', shareOf, 0)
    .option('--parallel <n>', 'runs at the same time', whole, availableParallelism())
    .option('--json <file>', 'writes the results')
    .option('--out <folder>', 'writes the tables and their plots')
    .action(evaluate)
  command
    .command('merge')
    .description('joins results of the same case that were made apart, by controllers or seeds')
    .argument('<files...>', 'as written by --json')
    .option('--json <file>', 'writes the results')
    .option('--out <folder>', 'writes the tables and their plots')
    .action((files: string[], options: ReportOptions) =>
      report(mergeResults(files.map((file) => ({ file, result: readResults(file) }))), options),
    )
  return command
}

async function evaluate(options: GreenChannelOptions): Promise<void> {
  const names = [...new Set([...options.controllers.split(','), ...options.variant.keys()])]
  const controllers = names.map((name): ControllerSpec => controllerOf(name.trim(), options.variant))
  const { network: netFile, demand: demandFile, signals: signalsFile, caseFolder, vehiclesPerHour } = options
  if (netFile !== undefined && demandFile !== undefined) {
    return compare({ netFile, demandFile, signalsFile, teleportS: -1 }, controllers, options)
  }
  const alone = Object.entries({ netFile, demandFile, signalsFile }).find(([, file]) => file !== undefined)
  if (alone) {
    const message = 'a network and its demand are given together, --network and --demand; neither for Heidelberg'
    throw new InputError('case', message, [
      { field: netFile === undefined ? 'network' : 'demand', message: 'is missing' },
    ])
  }
  const folder = caseFolder ?? mkdtempSync(join(tmpdir(), 'clearway-heidelberg-'))
  try {
    console.error('Making Heidelberg from OpenStreetMap …')
    await compare(await heidelbergCase(folder, vehiclesPerHour), controllers, options)
  } finally {
    if (caseFolder === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

async function compare(
  files: SumoScenario,
  controllers: readonly ControllerSpec[],
  options: GreenChannelOptions,
): Promise<void> {
  const { beginS, endS, lastS, minGreenS, maxPresenceS, recovery, detectorPeriodS, transport, ways } = options
  const { silentJunctions, positionEveryS, falseDetectors } = options
  const conditions: RunConditions = {
    scenario: { ...files, teleportS: options.teleportS ?? files.teleportS, beginS, endS },
    signals: {
      ...{ minGreenS, maxPresenceS },
      // Absent by default, as in results that were written before they could be chosen.
      ...(recovery !== 'shorter-way' && { recovery }),
      ...(options.pedestrians && {
        pedestrians: { walkS: options.pedestrianWalkS, speedMps: options.pedestrianSpeedMps },
      }),
    },
    detectorPeriodS,
    disturbances: { silentJunctions, positionEveryS, falseDetectors },
    transport,
    ways,
    lastS,
    // Absent, results join with those of before there was diversion.
    ...(options.compliance > 0 && { compliance: options.compliance }),
  }
  const missions = await missionsOf(options, conditions)
  const seeds = Array.from({ length: options.seeds }, (_, i) => options.firstSeed + i)
  const { parallel } = options
  const result = await evaluateGreenChannel({
    ...{ conditions, missions, controllers, seeds, parallel },
    onRun: ({ controller, seed, tookS, simulatedS }) =>
      console.error(`${controller}, seed ${seed}: ${simulatedS} s in ${tookS.toFixed(1)} s`),
  })
  report(result, options)
}

interface ReportOptions {
  json?: string
  out?: string
}

/** The tables on the terminal; results, tables and plots where they are wanted. A fault of a run makes it exit with 1. */
function report(result: EvaluationResult, { json, out }: ReportOptions): void {
  const tables = tablesOf(result)
  console.log(tables)
  const faults = faultsOf(result)
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exitCode = 1
  if (json) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`)
  if (!out) return
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, 'table.md'), `${tables}\n`)
  writeFileSync(join(out, 'trade-off.svg'), drawTradeOff(result))
  writeFileSync(join(out, 'trips.svg'), drawTrips(result))
}

async function missionsOf(options: GreenChannelOptions, { scenario, signals }: RunConditions): Promise<Mission[]> {
  const { plan, pedestrians } = await prepareScenario(scenario, signals)
  if (pedestrians) {
    const { junctions, crossings, arms, tooShort } = pedestrians
    console.error(
      `People walk over ${crossings} of ${arms} arms of ${junctions} junctions; ${tooShort} stages are too short.`,
    )
  }
  if (options.missions) return readMissions(options.missions, plan)
  const demand = await readRoutedDemand(scenario)
  return generateMissions(demand, plan, options.trips, seededRandom(MISSIONS_SEED), options.togetherAtS)
}
