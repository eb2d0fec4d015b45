import type { City, Sign } from '@clearway/contracts'
import { beforeEach, describe, expect, it } from 'vitest'
import { createServer } from '../../src/http/server.ts'
import type { JournalEntry } from '../../src/ingest/entry.ts'
import { createSigns } from '../../src/signs/signs.ts'
import { adminToken, flowsToken, SmallGateway } from '../http/small-gateway.ts'

const sign: Sign = {
  id: 'sign-p-1-north',
  name: { en: 'North approach' },
  position: { lon: 8.69, lat: 49.41 },
  bearingDeg: 180,
  lot: 'p-1',
}
const message = { text: { zh: '车位已满', en: 'Full' }, symbol: 'parking-full', until: '2026-11-23T09:00:00.000Z' }

let small: SmallGateway
let sent: { device: string; channel: string; body: Record<string, unknown> }[]
let published: unknown[]
let cameBack: (entry: JournalEntry) => void
let ask: (
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  token?: string,
) => Promise<{ status: number; json: never }>

beforeEach(async () => {
  small = await SmallGateway.open()
  sent = []
  published = []
  const core = {
    ...small.gateway.core,
    city: { signs: [sign] } as unknown as City,
    downlink: {
      async send(device: string, channel: string, body: Record<string, unknown>) {
        sent.push({ device, channel, body })
      },
    },
    stream: {
      provide: () => undefined,
      publish: (_topic: string, items: readonly unknown[]) => published.push(...items),
    },
    feed: {
      latest: () => [],
      on: (_channel: string, listener: typeof cameBack) => {
        cameBack = listener
        return () => undefined
      },
    },
  }
  const signs = createSigns(core)
  signs.start?.()
  const { config, clock, log, metrics, records } = core
  metrics.clear()
  const app = await createServer({
    ...{ config, clock, log, metrics, records, sessions: small.gateway.sessions, routes: signs.routes },
    readiness: () => ({}),
    version: '0',
  })
  ask = async (method, path, body, token = adminToken) => {
    const answer = await app.inject({
      method,
      url: `/api/v1/signs${path}`,
      headers: { authorization: `Bearer ${token}` },
      ...(body ? { payload: body } : {}),
    })
    return { status: answer.statusCode, json: answer.json() as never }
  }
  return () => small.close()
})

const register = () => small.gateway.core.devices.add({ id: sign.id, kind: 'sign', district: 'lixia' })

describe('a message for a sign', () => {
  it('reaches its device, and is kept with who asked for it', async () => {
    register()
    const answer = await ask('POST', `/${sign.id}/messages`, message, flowsToken)
    expect(answer).toMatchObject({ status: 201, json: { ...sign, message: { ...message, by: 'flows' } } })
    expect(sent).toEqual([{ device: sign.id, channel: 'message', body: message }])
    expect(published).toEqual([answer.json])
    expect((await ask('GET', '')).json).toMatchObject({ items: [{ id: sign.id, message: { by: 'flows' } }] })
    const { json } = await small.ask('GET', 'audit')
    expect(json.items).toMatchObject([{ actor: 'flows', action: 'sign.message', subject: sign.id, detail: message }])
  })

  it('is no longer told when its time is over', async () => {
    register()
    await ask('POST', `/${sign.id}/messages`, message)
    await small.clock.advance(3600)
    expect((await ask('GET', `/${sign.id}`)).json).toMatchObject({ message: null })
  })

  it('is sent again to a sign that comes back, while it lasts', async () => {
    register()
    await ask('POST', `/${sign.id}/messages`, message)
    const online = { device: sign.id, body: { state: 'online' } } as JournalEntry
    cameBack(online)
    await small.clock.advance(0)
    expect(sent[1]).toEqual(sent[0])
    await small.clock.advance(3600)
    cameBack(online)
    expect(sent).toHaveLength(2)
  })

  it('that is already over is refused, naming both times', async () => {
    register()
    const past = { ...message, until: '2026-11-23T07:59:59.999Z' }
    expect(await ask('POST', `/${sign.id}/messages`, past)).toMatchObject({
      status: 400,
      json: { errors: [{ field: 'until', message: expect.stringContaining('2026-11-23T08:00:00.000Z') }] },
    })
    expect(sent).toEqual([])
  })

  it('for a sign without a device, or no sign at all, is refused and leaves no trace', async () => {
    expect((await ask('POST', `/${sign.id}/messages`, message)).status).toBe(409)
    expect((await ask('POST', '/sign-nowhere/messages', message)).status).toBe(404)
    expect((await ask('GET', `/${sign.id}`)).json).toMatchObject({ message: null })
    expect((await small.ask('GET', 'audit')).json.items).toEqual([])
  })
})
