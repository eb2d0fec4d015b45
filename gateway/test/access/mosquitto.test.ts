import { pbkdf2Sync } from 'node:crypto'
import { type NewDevice, systemClock } from '@clearway/contracts'
import { beforeEach, expect, it } from 'vitest'
import { Devices } from '../../src/access/devices.ts'
import { mosquittoFiles } from '../../src/access/mosquitto.ts'
import { Records } from '../../src/records/records.ts'

const gateway = { user: 'clearway.gateway', password: 'a long password' }
const gate = (id: string): NewDevice => ({ id, kind: 'gate', district: 'lixia', lot: 'p-1' })

let records: Records
let devices: Devices
beforeEach(() => {
  records = Records.open(':memory:')
  devices = new Devices(records, systemClock)
})

/** Whether a password file lets this user in, as Mosquitto finds out. */
function signsIn(passwords: string, user: string, secret: string): boolean {
  const line = passwords.split('\n').find((one) => one.startsWith(`${user}:`))
  if (!line) return false
  const [, kind, iterations, salt, key] = line.split('$') as [string, string, string, string, string]
  expect(kind).toBe('7')
  const derived = pbkdf2Sync(secret, Buffer.from(salt, 'base64'), Number(iterations), 64, 'sha512')
  return derived.toString('base64') === key
}

const rulesOf = (acl: string, user: string): string[] => {
  const lines = acl.split('\n')
  const first = lines.indexOf(`user ${user}`) + 1
  const next = lines.findIndex((line, i) => i >= first && !line.startsWith('topic '))
  return lines.slice(first, next)
}

it('lets every device in by its newest token, and nobody who is revoked', () => {
  const first = devices.add(gate('gate-1'))
  devices.add(gate('gate-2'))
  const second = devices.rotate('gate-1')
  devices.revoke('gate-2')
  const { passwords, acl } = mosquittoFiles(devices.forMosquitto(), gateway)
  expect(signsIn(passwords, 'gate-1', second)).toBe(true)
  expect(signsIn(passwords, 'gate-1', first)).toBe(false)
  expect(passwords).not.toContain('gate-2')
  expect(acl).not.toContain('gate-2')
})

it('lets a device write what it sends and read what it receives, under its own levels', () => {
  devices.add(gate('gate-1'))
  const { acl } = mosquittoFiles(devices.forMosquitto(), gateway)
  expect(rulesOf(acl, 'gate-1').sort()).toEqual([
    'topic read clearway/v1/lixia/gate/gate-1/command',
    'topic read clearway/v1/lixia/gate/gate-1/rejected',
    'topic write clearway/v1/lixia/gate/gate-1/read',
    'topic write clearway/v1/lixia/gate/gate-1/status',
  ])
})

it("lets each connection of the gateway do the opposite, for its kind's devices", () => {
  const { passwords, acl } = mosquittoFiles([], gateway)
  expect(signsIn(passwords, 'clearway.gateway.gate', gateway.password)).toBe(true)
  expect(rulesOf(acl, 'clearway.gateway.gate').sort()).toEqual([
    'topic read clearway/v1/+/gate/+/read',
    'topic read clearway/v1/+/gate/+/status',
    'topic write clearway/v1/+/gate/+/command',
    'topic write clearway/v1/+/gate/+/rejected',
  ])
})

it('names the devices whose token is older than the hashes', () => {
  devices.add(gate('gate-1'))
  records.db.exec('delete from device_mosquitto_hashes')
  expect(() => devices.forMosquitto()).toThrow('gate-1; rotate the token')
})
