import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Dispatch, type NewDevice, seededRandom, systemClock } from '@clearway/contracts'
import { type ControllerLink, MqttUplink, Outbox, SignalAgent, SimulatedController, tick } from '@clearway/edge'
import { createGateway, createLog, loadConfig } from '@clearway/gateway'
import { heidelberg, importCity, pointOnArc, saveCity } from '@clearway/routing'
import type { BenchRow } from './row.ts'

const map = join(import.meta.dirname, '..', '..', 'simulators', 'cities', 'heidelberg', 'heidelberg.osm.pbf')
const samples = 60
const adminToken = 'the-token-of-this-bench'

/**
 * From the dispatcher's button to the agent's command at its controller: `POST /dispatches/{id}/activate` over HTTP, the
 * mission's first request over the real broker, the arbiter, `demand` at the controller link. The vehicle stands short
 * of its first junction, so the request is due at once.
 */
export async function bench(): Promise<BenchRow[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'clearway-bench-'))
  const imported = await importCity(map, heidelberg)
  const { city, network } = imported
  await saveCity(join(dataDir, 'city'), imported)
  const config = loadConfig({
    CLEARWAY_DATA_DIR: dataDir,
    CLEARWAY_HTTP_PORT: '0',
    CLEARWAY_MQTT_PORT: '0',
    CLEARWAY_ADMIN_TOKEN: adminToken,
    CLEARWAY_LOG_LEVEL: 'fatal',
  })
  const gateway = await createGateway({ config, clock: systemClock, log: createLog('fatal', { write() {} }) })
  const { district } = city
  const signal = (id: string): NewDevice => ({ id, kind: 'signal', district, junction: id })
  const devices: NewDevice[] = [
    { id: 'amb-1', kind: 'vehicle', district, role: 'ambulance' },
    ...city.junctions.map(({ id }) => signal(id)),
  ]
  const tokens = new Map(devices.map((device) => [device.id, gateway.core.devices.add(device)]))
  const { http, mqtt } = await gateway.start()

  const stop = new AbortController()
  const report = () => {}
  const outbox = new Outbox(join(dataDir, 'outbox.sqlite'), systemClock, seededRandom(1), report)
  const around = { outbox, clock: systemClock, random: seededRandom(2), report }
  const uplink = <K extends 'signal' | 'vehicle'>(kind: K, device: string) =>
    new MqttUplink(
      { district, kind, device },
      { url: `mqtt://127.0.0.1:${mqtt}`, token: tokens.get(device) ?? '', firmware: 'bench' },
      around,
    )
  let commanded: (atMs: number) => void = () => {}
  const agents = city.junctions.map((table) => {
    const controller = new SimulatedController(table)
    const link: ControllerLink = {
      step: (nowMs, upMs) => controller.step(nowMs, upMs),
      report: () => controller.report(),
      demand(calls) {
        if (calls.length > 0) commanded(performance.now())
        controller.demand(calls)
      },
    }
    return new SignalAgent(uplink('signal', table.id), table, link, systemClock.now())
  })
  const vehicle = uplink('vehicle', 'amb-1')
  for (const agent of agents) agent.start()
  vehicle.start()
  const ticking = tick(agents, 0.25, systemClock, stop.signal, report)

  const api = async <T>(path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${http}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  const random = seededRandom(7)
  const latencies: number[] = []
  await systemClock.wait(8)
  for (let attempt = 0; latencies.length < samples && attempt < 4 * samples; attempt++) {
    const { arc, junction } = random.pick(network.approaches)
    const lengthM = network.lengthM[arc] ?? 0
    if (lengthM < 60) continue
    const exit = random.pick(network.exits.filter((one) => one.junction === junction))
    const place = pointOnArc(network, arc, lengthM - 50)
    const destination = pointOnArc(network, exit.arc, (network.lengthM[exit.arc] ?? 0) / 2)
    vehicle.state('position', systemClock.now(), { ...place, speedMps: 10, headingDeg: 0, accuracyM: 3 })
    await systemClock.wait(0.1)
    let dispatch: Dispatch
    try {
      dispatch = await api<Dispatch>('/dispatches', { role: 'ambulance', vehicle: 'amb-1', destination })
    } catch {
      continue
    }
    const first = dispatch.junctions[0]
    if (first && Date.parse(first.requestAt) <= systemClock.now()) {
      const command = new Promise<number | undefined>((resolve) => {
        commanded = resolve
        setTimeout(resolve, 5000, undefined)
      })
      const began = performance.now()
      const { junctions } = await api<Dispatch>(`/dispatches/${dispatch.id}/activate`)
      // Still planned: with the newest position the request is not due yet, and waiting for it is no latency.
      const atMs = junctions[0]?.state === 'planned' ? undefined : await command
      commanded = () => {}
      if (atMs !== undefined) latencies.push(atMs - began)
    }
    await api(`/dispatches/${dispatch.id}/cancel`)
    await systemClock.wait(0.3)
  }
  stop.abort()
  await ticking
  await Promise.all([...agents.map((agent) => agent.stop()), vehicle.stop()])
  outbox.close()
  await gateway.stop()
  rmSync(dataDir, { recursive: true, force: true })

  if (latencies.length < samples / 2) throw new Error(`only ${latencies.length} of ${samples} dispatches were measured`)
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0
  return [
    { name: `activate → command at the agent, median of ${latencies.length}`, value: at(0.5), unit: 'ms' },
    { name: 'activate → command at the agent, 95th percentile', value: at(0.95), unit: 'ms' },
  ]
}
