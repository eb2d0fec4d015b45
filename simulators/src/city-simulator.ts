import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  ClearwayError,
  type Clock,
  InputError,
  type NewDevice,
  type Random,
  seededRandom,
  toTimestamp,
} from '@clearway/contracts'
import { type Agent, type IssuerKeys, Outbox, tick } from '@clearway/edge'
import { createRouteEngine, loadCity } from '@clearway/routing'
import {
  bayAgents,
  DETECTOR_PERIOD_S,
  detectorAgents,
  gateAgents,
  type Surroundings,
  signAgents,
  signalAgents,
  vehicleAgents,
} from './city-agents.ts'
import { demoDevices, sensedLot } from './demo-devices.ts'
import { stationedUnits } from './fleet/stations.ts'
import { Unit } from './fleet/unit.ts'
import { GatePictures } from './gates/gate-pictures.ts'
import { ReplayBays } from './gates/replay-bays.ts'
import { ReplayGates } from './gates/replay-gates.ts'
import { HospitalStream, hospitalLink } from './hospital/hospital-stream.ts'
import { type GateEvent, StayReplay } from './parking/index.ts'
import { faultReport, type SimulatorLog } from './simulator-log.ts'
import { CityTraffic } from './traffic/city-traffic.ts'
import { DisplayedSignals } from './traffic/displayed-signals.ts'

export interface CitySimulatorOptions {
  /** Folder with `city.json` and `network.bin`. */
  cityDir: string
  mqttUrl: string
  /** Token by device id, for every device of `demoDevices(city)`. */
  credentials: Readonly<Record<string, string>>
  /** The signal agents take requests only that one of these has signed. */
  issuer?: IssuerKeys
  /** Folder for unsent events and the replay's cursor (`replay.json`); made when absent. */
  outboxDir: string
  seed: number
  clock: Clock
  log: SimulatorLog
  stop: AbortSignal
  /** Where the replay begins when no cursor was saved; now where not given. */
  replayFromMs?: number
  /** Folder for what the gates' cameras photograph. */
  pictureDir: string
  /** Where hospitals send their appointments, and as whom; absent: no patients. */
  hospitals?: { url: string; token: string }
  /** Errors per character of the gates' cameras, 0–1; 0 where not given. */
  cameraNoise?: number
}

/** New connections a second: a thousand devices are there within ten seconds and nobody is trampled. */
const CONNECTS_PER_S = 110
/** Controllers run at this pace; yellow times of whole and half seconds are kept. */
const SIGNAL_STEP_S = 0.5
/** Later than this, missed seconds of traffic are given up. */
const MOST_BEHIND_MS = 5000
const SAVE_EVERY_MS = 5000
/** Share of vehicles that pass a gate unseen: a good camera's, so that drift and its correction are to be seen. */
const MISSED_BY_GATES = 0.01
const TELL_EVERY_MS = 60_000
/** Nobody sees whether an appointment was made a few seconds sooner. */
const PATIENTS_EVERY_S = 5

/**
 * Hosts every edge agent of a city over MQTT, one connection each, and the world around them: traffic in real time, the
 * fleet in it, and recorded stays at the gates. Resolves when `stop` has aborted and everything is closed and kept.
 *
 * @throws InputError `credentials` when a device has none; `schema` or `network-file` when the city's files are broken
 * @throws WorldError `city-unreadable`
 */
export async function runCitySimulator(options: CitySimulatorOptions): Promise<void> {
  const { cityDir, outboxDir, mqttUrl, credentials, clock, log, stop } = options
  const random = seededRandom(options.seed)
  const { city, network } = await loadCity(cityDir)
  const devices = demoDevices(city)
  requireCredentials(devices, credentials)
  mkdirSync(outboxDir, { recursive: true })
  const report = faultReport(log, clock)
  const guarded = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      const fault = error instanceof ClearwayError ? error : undefined
      report(fault ?? new ClearwayError('bug', 'simulator', (error as Error).message, [], error))
    }
  }
  const outbox = new Outbox(join(outboxDir, 'outbox.sqlite'), clock, random.fork('outbox'), report)
  const around: Surroundings = {
    district: city.district,
    mqttUrl,
    credentials,
    issuer: options.issuer,
    outbox,
    clock,
    random: random.fork('uplinks'),
    report,
  }
  const { controllers, agents: signals } = signalAgents(city, around)
  const displayed = new DisplayedSignals(network, city.junctions, controllers)
  const engine = createRouteEngine(network, { junctions: city.junctions })
  const traffic = new CityTraffic(city, network, engine, displayed, random)
  const units = stationedUnits(city).map((unit) => new Unit(unit, traffic.simulator, network, engine))
  const vehicles = vehicleAgents(units, around, guarded)
  const stays = new StayReplay(city.carParks, city.timeZone, options.seed)
  const sensed = sensedLot(city)
  const bays = sensed && new ReplayBays(sensed, stays, clock.now())
  const gates = new ReplayGates(
    stays,
    join(outboxDir, 'replay.json'),
    { noise: options.cameraNoise, missed: MISSED_BY_GATES, pictures: new GatePictures(options.pictureDir) },
    bays,
  )
  const gatesAndSigns = [
    ...gateAgents(devices, gates, around),
    ...bayAgents(devices, bays, around),
    ...signAgents(city, around),
  ]
  const detectors = detectorAgents(city, network, traffic.simulator, around)
  const agents = [...signals, ...vehicles, ...gatesAndSigns, ...detectors]
  log.info({ event: 'simulator-started', devices: devices.length, seed: options.seed }, 'the city wakes up')

  const failed = new AbortController()
  const until = { ...options, stop: AbortSignal.any([stop, failed.signal]) }
  const reporting: Agent[] = []
  const work = [
    connectAll(agents, random.fork('connects'), until).then(() => replayStays(until, gates, outbox, guarded)),
    tick(signals, SIGNAL_STEP_S, clock, until.stop, report),
    tick(gatesAndSigns, 1, clock, until.stop, report),
    tick(reporting, 1, clock, until.stop, report),
    startEvenly(detectors, reporting, until),
    driveCity(until, traffic, displayed, units, vehicles, guarded),
    receivePatients(until, city.timeZone, gates),
  ]
  try {
    await Promise.all(work)
  } catch (error) {
    failed.abort(error)
    throw error
  } finally {
    await Promise.allSettled(work)
    await Promise.all(agents.map((agent) => agent.stop()))
    outbox.close()
    log.info({ event: 'simulator-stopped' }, 'the city sleeps')
  }
}

function requireCredentials(devices: readonly NewDevice[], credentials: Readonly<Record<string, string>>): void {
  const missing = devices.filter(({ id }) => credentials[id] === undefined)
  if (missing.length === 0) return
  const shown = missing.slice(0, 3).map(({ id }) => id)
  throw new InputError('credentials', `${missing.length} devices have no credential, among them ${shown.join(', ')}`, [
    { field: `credentials.${shown[0]}`, message: 'is missing; provision the devices of demoDevices(city)' },
  ])
}

/** Connects in the order given, evenly with jitter. */
async function connectAll(
  agents: readonly Agent[],
  random: Random,
  { clock, log, stop }: CitySimulatorOptions,
): Promise<void> {
  const startMs = clock.now()
  for (const [i, agent] of agents.entries()) {
    const dueMs = startMs + ((i + random.next()) / CONNECTS_PER_S) * 1000
    if (dueMs > clock.now()) await pause(clock, (dueMs - clock.now()) / 1000, stop)
    if (stop.aborted) return
    agent.start()
  }
  log.info({ event: 'connecting', connections: agents.length, afterS: (clock.now() - startMs) / 1000 }, 'all called')
}

/** Starts the detectors' periods one after the other, so that their reports come evenly. */
async function startEvenly(all: readonly Agent[], started: Agent[], { clock, stop }: CitySimulatorOptions) {
  for (const agent of all) {
    if (stop.aborted) return
    started.push(agent)
    await pause(clock, DETECTOR_PERIOD_S / all.length, stop)
  }
}

/** Recorded stays at the gates. The cursor is kept behind what is on stable storage: a crash repeats, it loses nothing. */
async function replayStays(
  options: CitySimulatorOptions,
  gates: ReplayGates,
  outbox: Outbox,
  guarded: (work: () => void) => void,
): Promise<void> {
  const { clock, log } = options
  const cursor = gates.resume(clock.now(), options.replayFromMs)
  log.info({ event: 'replay-resumed', at: toTimestamp(cursor.atMs) }, 'recorded stays go on')
  const keep = (): void => {
    outbox.commit()
    gates.save()
  }
  keep()
  let keptMs = clock.now()
  await everySecond(options, (nowMs) =>
    guarded(() => {
      gates.step(nowMs)
      if (nowMs - keptMs < SAVE_EVERY_MS) return
      keptMs = nowMs
      keep()
    }),
  )
  keep()
}

/** Patients make appointments, cancel them, and come. */
async function receivePatients(options: CitySimulatorOptions, zone: string, gates: ReplayGates): Promise<void> {
  const { hospitals, clock, log, seed, stop } = options
  if (!hospitals) return
  const see = (event: GateEvent) => gates.camera(`${event.lot}-${event.direction}`).see(event)
  const stream = new HospitalStream(hospitalLink(hospitals.url, hospitals.token, stop), see, zone, seed)
  let reached = true
  while (!stop.aborted) {
    try {
      await stream.step(clock.now())
      reached = true
    } catch (error) {
      // A gateway that restarts is no news twice.
      if (reached && !stop.aborted) log.warn({ event: 'hospitals-unreachable' }, (error as Error).message)
      reached = false
    }
    await pause(clock, PATIENTS_EVERY_S, stop)
  }
}

/** Calls `work` on a grid of whole seconds from now on; seconds that were missed by far are left out. */
async function everySecond({ clock, stop }: CitySimulatorOptions, work: (nowMs: number) => void): Promise<void> {
  for (let dueMs = clock.now(); !stop.aborted; dueMs += 1000) {
    if (clock.now() - dueMs > MOST_BEHIND_MS) dueMs = clock.now()
    if (dueMs > clock.now()) await pause(clock, (dueMs - clock.now()) / 1000, stop)
    if (!stop.aborted) work(dueMs)
  }
}

/** Traffic at 1×: drivers look at the signals, units decide, everybody moves, units say where they are. */
async function driveCity(
  options: CitySimulatorOptions,
  traffic: CityTraffic,
  displayed: DisplayedSignals,
  units: readonly Unit[],
  vehicles: readonly Agent[],
  guarded: (work: () => void) => void,
): Promise<void> {
  const { clock, log, stop } = options
  displayed.look()
  await traffic.begin(clock.now(), stop)
  const doing = units.map((unit) => unit.doing)
  let toldMs = clock.now() - TELL_EVERY_MS
  await everySecond(options, (nowMs) => {
    displayed.look()
    units.forEach((unit, i) => {
      guarded(() => unit.step())
      if (unit.doing === doing[i]) return
      doing[i] = unit.doing
      log.info({ event: 'unit', unit: unit.unit.id, doing: unit.doing }, `${unit.unit.id} ${unit.doing}`)
    })
    guarded(() => traffic.step(nowMs))
    for (const vehicle of vehicles) guarded(() => vehicle.step(nowMs))
    if (nowMs - toldMs < TELL_EVERY_MS) return
    toldMs = nowMs
    log.info({ event: 'traffic', wanted: Math.round(traffic.wanted(nowMs)), ...traffic.simulator.counts }, 'traffic')
  })
}

/** Waits, but not beyond the stop. */
const pause = (clock: Clock, durationS: number, stop: AbortSignal): Promise<void> =>
  clock.wait(durationS, stop).catch((error) => {
    if (!stop.aborted) throw error
  })
