import { type City, type GateRead, type LotSettings, ManualClock, toTimestamp } from '@clearway/contracts'
import { Registry } from 'prom-client'
import { AuditLog } from '../../src/audit/log.ts'
import type { Config } from '../../src/config.ts'
import type { Core } from '../../src/core.ts'
import type { Actor, Route } from '../../src/http/route.ts'
import type { JournalEntry } from '../../src/ingest/entry.ts'
import { createParking } from '../../src/parking/parking.ts'
import { Records } from '../../src/records/records.ts'
import type { Point } from '../../src/telemetry/store.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

/** 2026-11-23 08:00 in Jinan. */
export const startMs = Date.parse('2026-11-23T08:00:00.000+08:00')

export const lotSettings: LotSettings = {
  name: { zh: '泉城广场', en: 'Spring City Square' },
  position: { lon: 117.02, lat: 36.66 },
  capacity: 10,
  kind: 'barrier-less',
}

const manager: Actor = { name: 'mei', roles: ['manager'] }

/** A gate read of which only what matters is given; `at` in milliseconds. */
type Read = Partial<Omit<GateRead, 'at' | 'direction'>> & {
  at: number
  direction: 'in' | 'out'
  skewed?: boolean
  /** `{lot}-in` or `{lot}-out`; that of the direction if absent. */
  gate?: string
}

/** Parking over records in memory, with the gates `square-in` and `square-out` of the lot `square`. */
export function parkingOver(city?: City, bills: Partial<Config['parking']['bills']> = {}) {
  const clock = new ManualClock(startMs)
  const records = Records.open(':memory:')
  const log = new AuditLog(records, clock)
  const points: Point[] = []
  const published: { id: string }[][] = []
  const audited: string[] = []
  const warnings: unknown[] = []
  const fault = { armed: false }
  let seq = 0
  const core = {
    config: {
      city: {},
      http: {},
      parking: { imageUrl: 'https://images.test/{ref}.jpg', bills: { issueAfterS: 0, shortestStayS: 60, ...bills } },
    },
    metrics: new Registry(),
    clock,
    records,
    city,
    log: {
      warn: (detail: unknown) => warnings.push(detail),
      info: () => {},
      error: (detail: unknown) => warnings.push(detail),
    },
    devices: { find: (id: string) => ({ lot: id.replace(/-(in|out|bay-\d+)$/, '') }) },
    audit: {
      record: (actor: Actor, action: string, subject: string, detail?: Record<string, unknown>) => {
        audited.push(`${action} ${subject}`)
        log.record(actor, action, subject, detail)
      },
      about: (subjects: readonly string[]) => log.about(subjects),
    },
    stream: { provide: () => {}, publish: (_: string, items: { id: string }[]) => published.push(items) },
    series: {
      append: (added: readonly Point[]) => {
        if (fault.armed) throw new Error('the disk is full')
        points.push(...added)
      },
    },
  } as unknown as Core
  const parking = createParking(core)

  const call = async (line: string, given: { query?: object; body?: object; actor?: Actor; key?: string } = {}) => {
    const [method, path] = line.split(' ') as [string, string]
    const matches = (candidate: Route) =>
      candidate.method === method &&
      new RegExp(`^${candidate.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '([^/]+)')}$`).exec(path)
    const fits = parking.routes.filter(matches)
    const route = fits.find((candidate) => !candidate.path.includes('{')) ?? fits[0]
    if (!route) throw new Error(`no route ${line}`)
    const [, id] = matches(route) || []
    const { query = {}, body, actor = manager, key } = given
    const headers = { 'idempotency-key': key }
    // biome-ignore lint/suspicious/noExplicitAny: answers are checked by the expectations
    const answer = (await route.handle({ params: { id, token: id }, query, body, actor, headers } as never)) as any
    return route.mediaType?.startsWith('application/json') ? JSON.parse(answer.body) : answer
  }

  /** As the runner does: each projection that listens to the channel has its own transaction. */
  const project = (channel: string, entries: JournalEntry[]) => {
    for (const projection of parking.projections ?? []) {
      if (projection.channels.includes(channel)) records.transaction(() => projection.apply(entries))
    }
  }

  /** Hands reads to the projections as one journal batch, in the given order. */
  const reads = (...given: Read[]) => {
    const entries = given.map(
      ({ at, direction, skewed = false, gate = `square-${direction}`, ...rest }): JournalEntry => {
        const id = `r-${++seq}`
        const body: GateRead = {
          id,
          at: toTimestamp(at),
          direction,
          plate: '鲁A12345',
          plateColour: 'blue',
          confidence: 0.98,
          vehicleClass: 'small',
          ...rest,
        } as GateRead
        return {
          seq,
          receivedMs: clock.now(),
          district: 'lixia',
          kind: 'gate',
          device: gate,
          channel: 'read',
          id,
          atMs: at,
          ...(skewed && { skewed }),
          body,
        }
      },
    )
    project('gate/read', entries)
  }

  /** Hands readings of bay sensors to the projections; device `square-bay-N`. */
  const bays = (...given: { at: number; bay: number; occupied: boolean; device?: string }[]) => {
    const entries = given.map(({ at, bay, occupied, device = `square-bay-${bay}` }): JournalEntry => {
      const id = `b-${++seq}`
      const body = { id, at: toTimestamp(at), occupied }
      const place = { district: 'lixia', kind: 'bay' as const, device, channel: 'occupancy' }
      return { seq, receivedMs: clock.now(), ...place, id, atMs: at, body }
    })
    project('bay/occupancy', entries)
  }

  const metrics = () => core.metrics.metrics()

  return { fault, metrics, clock, records, points, published, audited, warnings, parking, call, reads, bays }
}

/** The same with the lot made. */
export async function openLot(settings: Partial<LotSettings> = {}, bills: Partial<Config['parking']['bills']> = {}) {
  const bench = parkingOver(undefined, bills)
  await bench.call('PUT /lots/square', { body: { ...lotSettings, ...settings } })
  return bench
}
