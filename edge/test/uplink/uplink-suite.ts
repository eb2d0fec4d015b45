import { type SignalRequest, toTimestamp } from '@clearway/contracts'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Arrival, Uplink } from '../../src/index.ts'

/** A gateway's end and the line between: what a filling must bring to be tried. */
export interface Rig {
  uplink: Uplink<'signal'>
  /** Everything that arrived, in order, resends included. */
  arrivals: Arrival[]
  faults: string[]
  send(channel: string, body: object): void
  cut(): Promise<void>
  mend(): Promise<void>
  close(): Promise<void>
}

const atMs = Date.parse('2026-11-23T08:15:00.000Z')
const answer = (sequence: number) => ({ request: 'r-1', sequence, status: 'requested' }) as const
const shown = (stage: string) => ({ mode: 'coordinated', stage, groups: {} }) as const

export const request = (nowMs: number, more: Partial<SignalRequest> = {}): SignalRequest => ({
  id: 'gw:1',
  at: toTimestamp(nowMs),
  request: 'r-1',
  type: 'new',
  sequence: 1,
  vehicle: 'amb-1',
  role: 'ambulance',
  importance: '1/4',
  approach: 'n',
  exit: 's',
  arrivalEarliest: toTimestamp(nowMs + 20_000),
  arrivalLatest: toTimestamp(nowMs + 30_000),
  leaseUntil: toTimestamp(nowMs + 5000),
  expiresAt: toTimestamp(nowMs + 5000),
  ...more,
})

/** The promises of the port, proved for every filling. */
export function uplinkSuite(name: string, open: () => Promise<Rig>): void {
  describe(name, () => {
    let rig: Rig
    const of = (channel: string) => rig.arrivals.filter((arrival) => arrival.channel === channel)
    const stages = () => of('state').map(({ body }) => body.stage)
    const sequences = () => of('response').map(({ body }) => body.sequence)
    const born = async () => {
      rig.uplink.start()
      await vi.waitFor(() => expect(rig.uplink.connected).toBe(true))
    }

    beforeEach(async () => {
      rig = await open()
    })
    afterEach(() => rig.close())

    it('announces its birth before anything else', async () => {
      rig.uplink.event('response', atMs, answer(1))
      await born()
      await vi.waitFor(() => expect(of('response')).toHaveLength(1))
      expect(rig.arrivals[0]).toMatchObject({ channel: 'status', body: { state: 'online' } })
    })

    it('keeps events in order through a broken line, each under its one id', async () => {
      await born()
      const ids = [rig.uplink.event('response', atMs, answer(1))]
      await vi.waitFor(() => expect(sequences()).toEqual([1]))
      await rig.cut()
      for (let n = 2; n <= 250; n++) ids.push(rig.uplink.event('response', atMs, answer(n)))
      await rig.mend()
      await vi.waitFor(() => expect(new Set(sequences()).size).toBe(250))
      const first = new Map(of('response').map(({ body }) => [body.sequence, body.id] as const))
      expect([...first.keys()]).toEqual(Array.from({ length: 250 }, (_, n) => n + 1))
      expect([...first.values()]).toEqual(ids)
      expect(new Set(ids).size).toBe(250)
    })

    it('sends only the newest state after a broken line', async () => {
      await born()
      rig.uplink.state('state', atMs, shown('before'))
      await vi.waitFor(() => expect(stages()).toEqual(['before']))
      await rig.cut()
      for (const stage of ['lost', 'lost too', 'newest']) rig.uplink.state('state', atMs, shown(stage))
      await rig.mend()
      await vi.waitFor(() => expect(stages()).toContain('newest'))
      expect(stages().filter((stage) => String(stage).startsWith('lost'))).toEqual([])
    })

    it('announces its death when the line breaks, older than the next birth', async () => {
      await born()
      await rig.cut()
      await vi.waitFor(() => expect(of('status').at(-1)?.body.state).toBe('offline'))
      await rig.mend()
      await vi.waitFor(() => expect(of('status').at(-1)?.body.state).toBe('online'))
      const [birth, death, rebirth] = of('status').map(({ body }) => body)
      expect(death?.bootId).toBe(birth?.bootId)
      expect(death?.sequence as number).toBeLessThan(rebirth?.sequence as number)
    })

    it('hands a handler what matches the contract and refuses the rest by field', async () => {
      const heard: string[] = []
      rig.uplink.on('request', ({ id }) => heard.push(id))
      await born()
      const nowMs = Date.now()
      rig.send('request', request(nowMs, { id: 'good-1' }))
      rig.send('request', { ...request(nowMs, { id: 'bad' }), role: 'taxi' })
      rig.send('request', request(nowMs, { id: 'late', expiresAt: toTimestamp(nowMs - 1) }))
      rig.send('request', request(nowMs, { id: 'good-2' }))
      await vi.waitFor(() => expect(heard).toEqual(['good-1', 'good-2']))
      expect(rig.faults.join('\n')).toMatch(/role .*"taxi"/)
      expect(rig.faults.join('\n')).toMatch(/expiresAt .* has passed/)
    })

    it('hands nothing to a handler that has left', async () => {
      const heard: string[] = []
      const leave = rig.uplink.on('request', ({ id }) => heard.push(`left ${id}`))
      rig.uplink.on('request', ({ id }) => heard.push(id))
      await born()
      leave()
      rig.send('request', request(Date.now(), { id: 'one' }))
      await vi.waitFor(() => expect(heard).toEqual(['one']))
    })
  })
}
