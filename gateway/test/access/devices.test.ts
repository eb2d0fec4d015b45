import { ManualClock, type NewDevice } from '@clearway/contracts'
import { beforeEach, describe, expect, it } from 'vitest'
import { Devices } from '../../src/access/devices.ts'
import { Records } from '../../src/records/records.ts'

const gate = (id: string): NewDevice => ({ id, kind: 'gate', district: 'lixia', lot: 'p-1' })
const week = 7 * 24 * 3600

let clock: ManualClock
let records: Records
let devices: Devices
beforeEach(() => {
  clock = new ManualClock(0)
  records = Records.open(':memory:')
  devices = new Devices(records, clock)
})

describe('a device', () => {
  it('signs in with its token and with nothing else', () => {
    const token = devices.add(gate('gate-1'))
    const other = devices.add(gate('gate-2'))
    expect(devices.authenticate('gate-1', token)).toMatchObject({ id: 'gate-1', lot: 'p-1', state: 'never-seen' })
    for (const wrong of [other, '', `${token}x`, token.slice(1)]) {
      expect(devices.authenticate('gate-1', wrong)).toBeUndefined()
    }
    expect(devices.authenticate('gate-3', token)).toBeUndefined()
  })

  it('has a token of 256 bits, of which the store has only a hash', () => {
    const token = devices.add(gate('gate-1'))
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    const row = records.db.prepare('select * from devices').get()
    expect(
      Object.values(row ?? {})
        .map(String)
        .join(),
    ).not.toContain(token)
  })

  it('may use the old token for a week after a rotation, not longer', async () => {
    const old = devices.add(gate('gate-1'))
    const fresh = devices.rotate('gate-1')
    await clock.advance(week - 1)
    expect(devices.authenticate('gate-1', old)).toBeDefined()
    expect(devices.authenticate('gate-1', fresh)).toBeDefined()
    await clock.advance(1)
    expect(devices.authenticate('gate-1', old)).toBeUndefined()
    expect(devices.authenticate('gate-1', fresh)).toBeDefined()
  })

  it('loses old and new token at once when it is revoked, and its listeners hear of it', () => {
    const old = devices.add(gate('gate-1'))
    const fresh = devices.rotate('gate-1')
    const revoked: string[] = []
    devices.onRevoked((id) => revoked.push(id))
    devices.revoke('gate-1')
    expect(revoked).toEqual(['gate-1'])
    expect(devices.find('gate-1')?.state).toBe('revoked')
    for (const token of [old, fresh]) expect(devices.authenticate('gate-1', token)).toBeUndefined()
    expect(() => devices.rotate('gate-1')).toThrowError(expect.objectContaining({ code: 'device-unknown' }))
  })

  it('that was revoked may be registered anew, with a new token alone', () => {
    const old = devices.add(gate('gate-1'))
    devices.revoke('gate-1')
    const fresh = devices.add({ ...gate('gate-1'), lot: 'p-2' })
    expect(devices.authenticate('gate-1', old)).toBeUndefined()
    expect(devices.authenticate('gate-1', fresh)).toMatchObject({ lot: 'p-2' })
  })

  it('that another process has revoked is told to the listeners once', async () => {
    devices.add(gate('gate-1'))
    const revoked: string[] = []
    devices.onRevoked((id) => revoked.push(id))
    await clock.advance(5)
    new Devices(records, clock).revoke('gate-1')
    devices.tellRevocations()
    devices.tellRevocations()
    expect(revoked).toEqual(['gate-1'])
  })
})

describe('many devices', () => {
  const thousand = Array.from({ length: 1000 }, (_, i) => gate(`gate-${i}`))

  it('are added together, each with a token of its own', () => {
    const tokens = devices.addAll(thousand)
    expect(new Set(tokens.values()).size).toBe(1000)
    expect(devices.list()).toHaveLength(1000)
    expect(devices.authenticate('gate-999', tokens.get('gate-999') as string)).toBeDefined()
  })

  it('are added all or none', () => {
    devices.add(gate('gate-500'))
    expect(() => devices.addAll(thousand)).toThrowError(expect.objectContaining({ code: 'device-exists' }))
    expect(devices.list()).toHaveLength(1)
  })
})
