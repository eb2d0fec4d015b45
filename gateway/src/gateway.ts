import { type Clock, systemClock, WorldError } from '@clearway/contracts'
import { createRouteEngine, type RoadNetwork, type RouteEngine } from '@clearway/routing'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import manifest from '../package.json' with { type: 'json' }
import { createAccess } from './access/access.ts'
import { Devices } from './access/devices.ts'
import { People } from './access/people.ts'
import { type ServiceToken, Sessions } from './access/sessions.ts'
import { createAudit } from './audit/audit.ts'
import { AuditLog } from './audit/log.ts'
import type { InProcessBroker } from './broker/in-process-broker.ts'
import { createCity, readCity, timeZoneOf } from './city/city.ts'
import type { Config } from './config.ts'
import type { Core, Feature } from './core.ts'
import { lockData } from './data-lock.ts'
import { createDispatch } from './dispatch/dispatch.ts'
import { createDiversion } from './diversion/diversion.ts'
import { createHospital } from './hospital/hospital.ts'
import type { Route } from './http/route.ts'
import { closeServer, createServer } from './http/server.ts'
import { createIngest } from './ingest/ingest.ts'
import { Lifetime } from './lifetime.ts'
import { createParking } from './parking/parking.ts'
import { callMeter } from './payments/measured-provider.ts'
import { openProviders } from './payments/open-providers.ts'
import { createPayments } from './payments/payments.ts'
import { Records } from './records/records.ts'
import { lazyWalks } from './routes/lazy-walks.ts'
import { createRoutes } from './routes/routes.ts'
import { Issuer } from './signals/issuer.ts'
import { createSignals } from './signals/signals.ts'
import { createSigns } from './signs/signs.ts'
import { heartbeatS, LiveStream } from './stream/live-stream.ts'
import { createStream } from './stream/stream.ts'
import { createTelemetry } from './telemetry/telemetry.ts'
import { createTraffic } from './traffic/traffic.ts'

export interface GatewayOptions {
  config: Config
  clock: Clock
  log: Logger
  /** Where the built pages are; without it the API stands alone. */
  pagesDir?: string
  /** Devices of this process, in place of the MQTT broker. */
  inProcess?: InProcessBroker
  /** Told the topic of every message that leaves for a device, before it goes. */
  onSent?: (topic: string) => void
}

/** The only server: broker, journal, stores and features in one process. */
export interface Gateway {
  /** The whole route table, for the permission test and the API documents. */
  readonly routes: readonly Route[]
  /** The HTTP side, for `inject`. */
  readonly app: FastifyInstance
  readonly core: Core
  readonly people: People
  readonly sessions: Sessions
  /** The password of `admin` when this start made one: for the terminal, never for the log. */
  readonly firstPassword: string | undefined
  /** `mqtt` is 0 with a stock broker. @throws WorldError `port-in-use` or `data-in-use` naming which; everything that was opened is closed again */
  start(): Promise<{ http: number; mqtt: number }>
  stop(): Promise<void>
}

/** How often revocations made by the command, another process, are looked for. */
const revocationsEveryS = 5

/** Opens the store and puts the rooms together; nothing listens before `start`. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const lifetime = new Lifetime()
  try {
    return await compose(options, lifetime)
  } catch (error) {
    await lifetime.close()
    throw error
  }
}

async function compose(options: GatewayOptions, lifetime: Lifetime): Promise<Gateway> {
  const { config, clock, log } = options
  const records: Records = await lifetime.open(
    () => Records.open(config.dataDir),
    () => records.close(),
  )
  const audit = new AuditLog(records, clock)
  const devices = new Devices(records, clock)
  const people = new People(records, clock)
  const sessions = new Sessions(records, clock, config.sessions.hours, serviceTokens(config))
  const firstPassword = config.adminToken === undefined ? await people.addFirstAdministrator() : undefined
  const data = await readCity(config.dataDir)
  const stream = new LiveStream(clock, config.limits)
  const metrics = gatewayMetrics(stream)
  const issuer = Issuer.open(config.dataDir)
  const ingest = createIngest({
    dataDir: config.dataDir,
    broker: { ...config.mqtt, ...config.limits },
    externalBroker: config.mqtt.broker,
    inProcess: options.inProcess,
    onSent: options.onSent,
    clock,
    log,
    records,
    devices,
    issuer,
    registry: metrics,
  })
  devices.presenceFrom((id) => ingest.presence.of(id))
  devices.onRevoked((id) => ingest.disconnect(id))
  sessions.onEnded((id) => stream.endSession(id))
  const telemetry = createTelemetry({
    ...config.telemetry,
    dataDir: config.dataDir,
    clock,
    log,
    records,
    registry: metrics,
  })

  const core: Core = {
    config,
    clock,
    log,
    metrics,
    records,
    devices,
    audit,
    stream,
    feed: ingest.feed,
    downlink: ingest.downlink,
    signRecord: (payload) => issuer.record(payload),
    series: telemetry.series,
    telemetry: telemetry.store,
    city: data?.city,
    network: data?.network,
  }
  const engine: RouteEngine | undefined = data && (await openEngine(core, data.network, lifetime))
  const signals = createSignals(core)
  const traffic = createTraffic(core, engine, (vehicle) => dispatch.dispatcher.speedFactorOf(vehicle))
  const dispatch = createDispatch(core, signals, engine, traffic)
  const walks = lazyWalks(data?.walking)
  const parking = createParking(core, (await openProviders(core)).map(callMeter(core.metrics)))
  const { units } = dispatch.dispatcher
  const signs = createSigns(core)
  const features: readonly Feature[] = [
    createAccess({ records, clock, audit, devices, people, sessions }),
    createAudit(audit),
    createStream(stream),
    createCity(config, data, manifest.version),
    signals,
    createRoutes(core, { engine, walks, units, lots: () => parking.lots() }),
    traffic,
    dispatch,
    parking,
    createHospital(core, { parking, walks }),
    createPayments(core, parking.payments.providers(), (name, notice) => parking.payments.take(name, notice)),
    signs,
    createDiversion(core, { dispatcher: dispatch.dispatcher, traffic, signs: signs.messages }),
  ]
  for (const { projections } of features) ingest.project(projections ?? [])
  const routes = features.flatMap((feature) => feature.routes)
  let started = false
  const app = await createServer({
    ...{ config, clock, log, metrics, records, sessions, routes },
    readiness: () => ({ started }),
    version: manifest.version,
    pagesDir: options.pagesDir,
  })

  /** In the order in which each needs what came before. */
  async function open(): Promise<{ http: number; mqtt: number }> {
    const unlock: () => void = await lifetime.open(
      () => lockData(config.dataDir),
      () => unlock(),
    )
    await lifetime.open(
      () => ingest.open(),
      () => ingest.stop(),
    )
    await lifetime.open(
      () => telemetry.start(),
      () => telemetry.stop(),
    )
    for (const feature of features) {
      await lifetime.open(
        () => feature.start?.(),
        () => feature.stop?.(),
      )
    }
    await lifetime.open(
      () => ingest.start(),
      () => ingest.rest(),
    )
    lifetime.repeat(clock, revocationsEveryS, () => devices.tellRevocations())
    lifetime.repeat(clock, heartbeatS, () => stream.beat())
    const http = await lifetime.open(
      () => listen(app, config),
      () => {
        stream.stop()
        return closeServer(app, clock)
      },
    )
    return { http, mqtt: ingest.mqttPort }
  }

  return {
    ...{ routes, app, core, people, sessions, firstPassword },
    async start() {
      try {
        const ports = await open()
        started = true
        // Printed whatever the log level: a free port that was picked is known from nowhere else.
        log.child({}, { level: 'info' }).info({ event: 'listening', ...ports })
        return ports
      } catch (error) {
        await lifetime.close()
        throw error
      }
    },
    async stop() {
      started = false
      await lifetime.close()
    },
  }
}

/**
 * One engine for everything that asks for ways; a second thread follows the roads. Where time is virtual it is this thread:
 * when an epoch comes into force must not depend on how fast the machine is.
 */
async function openEngine(
  { clock, config, city }: Core,
  network: RoadNetwork,
  lifetime: Lifetime,
): Promise<RouteEngine> {
  const options = { junctions: city?.junctions ?? [], timeZone: timeZoneOf(config, city) }
  const search = clock === systemClock ? 'hierarchy-with-worker' : 'hierarchy'
  const engine: RouteEngine = await lifetime.open(
    () => createRouteEngine(network, { ...options, search }),
    () => engine.close(),
  )
  return engine
}

function serviceTokens({ adminToken, flows, diversion, hospitals }: Config): ServiceToken[] {
  const tokens: ServiceToken[] = []
  if (adminToken !== undefined) tokens.push({ name: 'admin-token', token: adminToken, roles: ['admin'] })
  if (flows.token !== undefined) tokens.push({ name: 'flows', token: flows.token, roles: ['flows'] })
  if (hospitals.token !== undefined)
    tokens.push({ name: 'hospital-system', token: hospitals.token, roles: ['hospital'] })
  if (diversion.token !== undefined) tokens.push({ name: 'navigation', token: diversion.token, roles: ['navigation'] })
  return tokens
}

function gatewayMetrics(stream: LiveStream): Registry {
  const metrics = new Registry()
  collectDefaultMetrics({ register: metrics })
  new Gauge({
    name: 'clearway_stream_readers',
    help: 'browsers that follow the live feed',
    registers: [metrics],
    collect() {
      this.set(stream.readerCount)
    },
  })
  return metrics
}

/** @returns the port, which the system picked when the configuration says 0 */
async function listen(app: FastifyInstance, { http: { host, port } }: Config): Promise<number> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const why =
      code === 'EADDRINUSE'
        ? 'is in use; set http.port to another one or 0'
        : `cannot be listened on: ${message}; see http.host and http.port`
    throw new WorldError('port-in-use', `HTTP port ${port} on ${host} ${why}`, cause)
  }
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}
