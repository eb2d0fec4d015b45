import { afterAll, beforeAll, expect, it } from 'vitest'
import { SmallGateway } from '../http/small-gateway.ts'

let small: SmallGateway
beforeAll(async () => {
  small = await SmallGateway.open()
})
afterAll(() => small.close())

it('a device is registered, rotated and revoked over HTTP; each is audited, and no token is in the log', async () => {
  const gate = { id: 'gate-1', kind: 'gate', district: 'lixia', lot: 'p-1', position: { lon: 117.1, lat: 36.6 } }
  const added = await small.ask('POST', 'devices', gate)
  expect(added).toMatchObject({ status: 201, json: { ...gate, token: expect.any(String) } })
  expect((await small.ask('POST', 'devices', gate)).json).toMatchObject({
    type: 'urn:clearway:problem:device-exists',
    errors: [{ field: 'id', message: expect.stringContaining('gate-1') }],
  })
  const rotated = await small.ask('POST', 'devices/gate-1/rotate')
  expect(rotated.json.token).not.toBe(added.json.token)
  expect((await small.ask('GET', 'devices')).json.items).toEqual([{ ...gate, state: 'never-seen' }])
  expect(await small.ask('DELETE', 'devices/gate-1')).toMatchObject({ status: 204, text: '' })
  expect((await small.ask('DELETE', 'devices/gate-1')).status).toBe(404)
  expect((await small.ask('POST', 'devices/gate-1/rotate')).status).toBe(404)
  expect((await small.ask('GET', 'devices')).json.items).toMatchObject([{ state: 'revoked' }])

  const { items } = (await small.ask('GET', 'audit')).json
  expect(items.map(({ actor, action, subject }: Record<string, string>) => [actor, action, subject])).toEqual([
    ['admin-token', 'device.add', 'gate-1'],
    ['admin-token', 'device.rotate', 'gate-1'],
    ['admin-token', 'device.revoke', 'gate-1'],
  ])
  for (const token of [added.json.token, rotated.json.token]) expect(JSON.stringify(items)).not.toContain(token)
  expect((await small.ask('GET', 'audit/verify')).json).toMatchObject({ ok: true, entries: 3 })
})

it('a wrong id in the address is refused naming it', async () => {
  expect(await small.ask('POST', 'devices/Gate%2B1/rotate')).toMatchObject({
    status: 400,
    json: { errors: [{ field: 'id', message: expect.stringContaining('Gate+1') }] },
  })
})
