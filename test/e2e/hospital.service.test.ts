import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FhirAppointment, Page, Reservation } from '@clearway/contracts'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually, metricsOf, type RunningGateway, startGateway } from './running-city.ts'
import { runCommand } from './running-command.ts'

const hourMs = 3_600_000
let gateway: RunningGateway

beforeAll(async () => {
  gateway = await startGateway({ CLEARWAY_CITY_TIME_ZONE: 'Asia/Shanghai' })
  const lot = { name: { en: 'Clinic' }, position: { lon: 117.02, lat: 36.66 }, capacity: 5, kind: 'hospital' }
  await gateway.api('/lots/clinic', { method: 'PUT', body: lot })
})
afterAll(async () => expect(await gateway?.stop()).toBe(0))

const startMs = Date.now() + hourMs / 2
const example = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'fhir', 'appointment-booked.json'), 'utf8'),
) as FhirAppointment
const appointment = (n: number, status = 'booked'): FhirAppointment => {
  const { meta, ...rest } = example
  return {
    ...rest,
    ...{ id: `a${n}`, status },
    start: new Date(startMs).toISOString(),
    end: new Date(startMs + hourMs / 4).toISOString(),
    participant: [{ actor: { reference: `Patient/${n}` }, status: 'accepted' }],
    extension: [{ url: 'urn:clearway:licence-plate', valueString: `鲁A0000${n}` }],
  }
}
const all = async () => (await gateway.api<Page<Reservation>>('/reservations')).items
const states = async () => Object.fromEntries((await all()).map(({ appointment: id, state }) => [id, state]))
const command = (...args: string[]) =>
  runCommand(['reservations', ...args, '--url', gateway.url], { environment: gateway.environment })

it('appointments of a file become reservations, and who finds no bay waits', async () => {
  const file = join(gateway.dataDir, 'appointments.json')
  writeFileSync(file, JSON.stringify([1, 2, 3, 4, 5, 6].map((n) => appointment(n))))
  const out = join(gateway.dataDir, 'out.json')
  const sent = await command('send', 'clinic', file, '--json', out)
  expect(sent.code, sent.text).toBe(0)
  const { items } = JSON.parse(readFileSync(out, 'utf8')) as { items: Reservation[] }
  expect(items.map(({ state }) => state)).toEqual(['booked', 'booked', 'booked', 'booked', 'booked', 'waiting'])
})

it('the command names what is wrong with an appointment and ends with 1', async () => {
  const file = join(gateway.dataDir, 'late.json')
  writeFileSync(file, JSON.stringify({ ...appointment(9), start: '2020-01-01T08:00:00Z', end: '2020-01-01T09:00:00Z' }))
  const refused = await command('send', 'clinic', file)
  expect(refused.code).toBe(1)
  expect(refused.text).toContain('start 2020-01-01T08:00:00.000Z is in the past')
  expect((await command('cancel', 'r-none')).code).toBe(1)
})

it('a vehicle arrives while the gateway is killed; after it nothing is lost and nothing is double', async () => {
  await gateway.api('/devices', {
    method: 'POST',
    body: { id: 'clinic-in', kind: 'gate', district: 'demo', lot: 'clinic' },
  })
  const { token } = await gateway.api<{ token: string }>('/devices/clinic-in/rotate', { method: 'POST' })
  const enter = async (plate: string) => {
    const camera = await connectAsync(gateway.mqttUrl, {
      username: 'clinic-in',
      password: token,
      clientId: 'clinic-in',
    })
    const read = { direction: 'in', plate, plateColour: 'blue', confidence: 0.98, vehicleClass: 'small', lane: '1' }
    const body = JSON.stringify({ id: `read-${plate.slice(-1)}`, at: new Date().toISOString(), ...read })
    await camera.publishAsync('clearway/v1/demo/gate/clinic-in/read', body, { qos: 1 })
    await camera.endAsync()
  }
  await enter('鲁A00001')
  await eventually('the first has arrived', states, (found) => found.a1 === 'arrived', { everyMs: 100 })
  const before = await all()
  // Acknowledged, then the power fails.
  await enter('鲁A00002')
  await gateway.kill()
  await gateway.restart()
  await eventually('the second has arrived', states, (found) => found.a2 === 'arrived', { everyMs: 100 })
  const after = await all()
  expect(after.map(({ id, bay, lot }) => [id, bay, lot])).toEqual(before.map(({ id, bay, lot }) => [id, bay, lot]))
  expect(after.find(({ appointment: id }) => id === 'a1')).toEqual(before.find(({ appointment: id }) => id === 'a1'))
})

it('after a restart the same appointments change nothing, and who waits moves up when one is cancelled', async () => {
  const before = await all()
  for (const n of [1, 2, 3, 4, 5, 6]) {
    await gateway.api('/hospitals/clinic/appointments', { method: 'POST', body: appointment(n) })
  }
  expect(await all()).toEqual(before)
  const third = before.find(({ appointment: id }) => id === 'a3') as Reservation
  const cancelled = await command('cancel', third.id)
  expect(cancelled.code, cancelled.text).toBe(0)
  expect(await states()).toEqual({ ...(await states()), a3: 'cancelled', a6: 'booked' })
  const listed = await command('list', '--state', 'booked')
  expect(listed.text.trim().split('\n')).toHaveLength(3)
  const { ok } = await gateway.api<{ ok: boolean }>('/audit/verify')
  expect(ok).toBe(true)
  expect((await metricsOf(gateway)).get('clearway_reservations{state="booked"}')).toBe(3)
})
