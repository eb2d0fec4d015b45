import { type FhirAppointment, ManualClock, type Reservation, toTimestamp } from '@clearway/contracts'
import { Registry } from 'prom-client'
import type { Core } from '../../src/core.ts'
import { createHospital } from '../../src/hospital/hospital.ts'
import type { Actor, Route } from '../../src/http/route.ts'
import type { JournalEntry } from '../../src/ingest/entry.ts'
import { createParking } from '../../src/parking/parking.ts'
import { Records } from '../../src/records/records.ts'

const minuteMs = 60_000
export const hourMs = 60 * minuteMs
/** 2026-11-23 08:00 in Jinan. */
export const startMs = Date.parse('2026-11-23T08:00:00.000+08:00')
export const at = (hours: number) => startMs + hours * hourMs

const desk: Actor = { name: 'lin', roles: ['hospital'] }
const manager: Actor = { name: 'mei', roles: ['manager'] }
export const plates = (n: number) => `鲁A${String(10000 + n)}`

/** An appointment at so many hours after 08:00. */
export function fhir(id: string, hours: number, change: Record<string, unknown> = {}): FhirAppointment {
  const { plate = plates(Number(id.replace(/\D/g, '') || 0)), ...rest } = change
  return {
    resourceType: 'Appointment',
    id,
    status: 'booked',
    start: toTimestamp(at(hours)),
    end: toTimestamp(at(hours) + 15 * minuteMs),
    participant: [{ actor: { reference: `Patient/${id}` }, status: 'accepted' }],
    extension: [{ url: 'urn:clearway:licence-plate', valueString: plate as string }],
    ...rest,
  }
}

/**
 * The hospital `clinic` over records in memory, settings.
 *
 * @param records of an earlier gateway, to go on with
 */
export async function openHospital(
  settings: Record<string, unknown> = {},
  records = Records.open(':memory:'),
  nowMs = startMs,
) {
  const clock = new ManualClock(nowMs)
  const audited: string[] = []
  const warnings: unknown[] = []
  const told: Reservation[] = []
  let seq = 0
  const core = {
    config: {
      ...{ city: { timeZone: 'Asia/Shanghai' }, http: {} },
      parking: { bills: { issueAfterS: 0, shortestStayS: 60 } },
    },
    clock,
    records,
    metrics: new Registry(),
    log: {
      warn: (detail: unknown) => warnings.push(detail),
      error: ({ err }: { err: Error }) => {
        throw err
      },
    },
    devices: { find: (id: string) => ({ lot: id.replace(/-(in|out)$/, '') }) },
    audit: { record: (_: Actor, action: string, subject: string) => audited.push(`${action} ${subject}`) },
    stream: {
      provide: () => {},
      publish: (topic: string, items: Reservation[]) => topic === 'reservations' && told.push(...items),
    },
    series: { append: () => {} },
  } as unknown as Core
  const parking = createParking(core)
  const hospital = createHospital(core, { parking, walks: () => undefined })
  const routes = [...parking.routes, ...hospital.routes]

  /** Calls a handler as the route table would, without HTTP. */
  const call = async (line: string, given: { query?: object; body?: object; actor?: Actor } = {}) => {
    const [method, path] = line.split(' ') as [string, string]
    const pattern = (candidate: Route) => new RegExp(`^${candidate.path.replaceAll(/\{\w+\}/g, '([^/]+)')}$`)
    const route = routes.find((candidate) => candidate.method === method && pattern(candidate).test(path))
    if (!route) throw new Error(`no route ${line}`)
    const [, id] = pattern(route).exec(path) ?? []
    const { query = {}, body, actor = path.startsWith('/hospitals/clinic/app') ? desk : manager } = given
    // biome-ignore lint/suspicious/noExplicitAny: answers are checked by the expectations
    return (await route.handle({ params: { id }, query, body, actor } as never)) as any
  }
  const send = (body: FhirAppointment): Promise<Reservation> => call('POST /hospitals/clinic/appointments', { body })

  /** A vehicle passes a gate, now or late. */
  const pass = async (lot: string, direction: 'in' | 'out', plate: string, atMs = clock.now()) => {
    const id = `r-${++seq}`
    const read = {
      plate,
      plateColour: 'blue',
      confidence: 0.98,
      vehicleClass: 'small',
      direction,
      id,
      at: toTimestamp(atMs),
    }
    const device = `${lot}-${direction}`
    const entry = {
      seq,
      receivedMs: clock.now(),
      district: 'lixia',
      kind: 'gate',
      device,
      channel: 'read',
      id,
      atMs,
      body: read,
    }
    records.transaction(() => parking.projections?.[0]?.apply([entry as JournalEntry]))
    await new Promise((resolve) => setImmediate(resolve))
  }
  const reservations = async (query: object = {}): Promise<Reservation[]> =>
    (await call('GET /reservations', { query })).items

  await call('PUT /lots/clinic', {
    body: { name: { zh: '医院' }, position: { lon: 117.02, lat: 36.66 }, capacity: 4, kind: 'barrier-less' },
  })
  await call('PUT /hospitals/clinic', {
    body: {
      ...{ name: { zh: '医院' }, lot: 'clinic', emergencyBays: 1, disabledBays: 1, advanceShare: 1, rollingMin: 120 },
      ...{ overbookingRisk: 0, mostWalkM: 800, ...settings },
    },
  })
  await hospital.start?.()
  return { audited, call, clock, core, hospital, parking, pass, records, reservations, send, told, warnings }
}

/** The same with the shared lot made: bays `a` and `b`, the owner of `a` is back at 12:00. */
export async function openWithShared(settings: Record<string, unknown> = {}) {
  const bench = await openHospital(settings)
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
  await bench.call('PUT /lots/court', {
    body: { name: { zh: '小区' }, position: { lon: 117.02, lat: 36.6618 }, capacity: 2, kind: 'shared' },
  })
  await bench.call('PUT /lots/court/windows', {
    body: {
      bays: [
        { bay: 'a', windows: [{ days, from: '12:00', until: '14:00' }] },
        { bay: 'b', windows: [] },
      ],
      returnMarginMin: 15,
      overrun: { everyMin: 30, amountFen: 300 },
    },
  })
  return bench
}
