import {
  ClearwayError,
  ConflictError,
  type Dispatch,
  InputError,
  type NewDispatch,
  NotFoundError,
  type Page,
  type Unit,
} from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { at, dispatcher, Street } from './street.ts'

const wish = (change: Partial<NewDispatch> = {}): NewDispatch => ({
  role: 'ambulance',
  destination: at(2000),
  ...change,
})

function call<T>(street: Street, method: string, path: string, rest: object = {}): T {
  const found = street.dispatch.routes.find((candidate) => candidate.path === path && candidate.method === method)
  if (!found) throw new Error(`no route ${method} ${path}`)
  return found.handle({ params: {}, query: {}, actor: dispatcher, ...rest } as never) as T
}

/** The error that `work` throws. */
function fault(work: () => unknown): ClearwayError {
  try {
    work()
  } catch (error) {
    if (error instanceof ClearwayError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('a new dispatch', () => {
  it('shows route, arrivals and what each junction can promise, before anything moves', async () => {
    const street = await Street.open(4)
    const dispatch = call<Dispatch>(street, 'POST', '/dispatches', { body: wish({ vehicle: 'amb-1' }) })
    expect(dispatch).toMatchObject({
      ...{ id: 'd-1', state: 'planned', vehicle: 'amb-1', importance: '1/4', createdBy: 'wang', progressM: 0 },
    })
    expect(dispatch.junctions.map(({ junction, greenPromised, state }) => [junction, greenPromised, state])).toEqual([
      ...['j-1', 'j-2', 'j-3', 'j-4'].map((id) => [id, true, 'planned']),
    ])
    const times = dispatch.junctions.map(({ requestAt, arrivalAt }) => Date.parse(arrivalAt) - Date.parse(requestAt))
    expect(times.every((ms) => ms > 10_000 && ms < 60_000)).toBe(true)
    expect(Date.parse(dispatch.etaWithoutPriorityAt)).toBeGreaterThan(Date.parse(dispatch.etaAt))
    expect(street.outside.downlink.sent).toEqual([])
    await street.stop()
  })

  it('says where the green cannot be in time and what delay to expect', async () => {
    const street = await Street.open(1)
    street.vehicle().eastM = 350
    await street.run(2)
    const { junctions, etaAt } = street.missions.create(wish({ vehicle: 'amb-1' }), dispatcher)
    expect(junctions[0]).toMatchObject({ greenPromised: false })
    const delayS = junctions[0]?.expectedDelayS ?? 0
    expect(delayS).toBeGreaterThan(5)
    expect(Date.parse(etaAt) - street.clock.now()).toBeCloseTo((1650 / 15 + delayS) * 1000, -3)
    await street.stop()
  })

  it('promises nothing at a junction whose controller has fallen silent', async () => {
    const street = await Street.open(2)
    street.agents.delete('j-2')
    await street.run(17)
    const { junctions } = street.missions.create(wish({ vehicle: 'amb-1', destination: at(1000) }), dispatcher)
    expect(junctions.map(({ greenPromised }) => greenPromised)).toEqual([true, false])
    await street.stop()
  })

  it('takes the unit of the role that is there first when none is named', async () => {
    const street = await Street.open(4)
    street.add('amb-2', 900)
    street.add('amb-3', 2500)
    street.add('fire-1', 1500, { role: 'fire' })
    const { vehicle, origin } = street.missions.create(wish(), dispatcher)
    expect(vehicle).toBe('amb-2')
    expect(origin).toEqual(at(900))
    street.vehicle('amb-2').silent = true
    await street.run(31)
    expect(street.missions.create(wish(), dispatcher).vehicle).toBe('amb-1')
    await street.stop()
  })

  it('may be planned from a place, and is driven by the unit standing there', async () => {
    const street = await Street.open(4)
    const { id, vehicle } = street.missions.create(wish({ origin: at(100) }), dispatcher)
    expect(vehicle).toBeNull()
    expect(street.missions.activate(id, dispatcher).vehicle).toBe('amb-1')
    const far = street.missions.create(wish({ origin: at(700) }), dispatcher)
    expect(fault(() => street.missions.activate(far.id, dispatcher))).toMatchObject({ code: 'no-unit-at-origin' })
    await street.stop()
  })

  it.each<[string, Partial<NewDispatch>, typeof InputError, string, string[]]>([
    ['both', { vehicle: 'amb-1', origin: at(0) }, InputError, 'vehicle-and-origin', ['vehicle', 'origin']],
    ['an unknown vehicle', { vehicle: 'amb-9' }, InputError, 'vehicle-unknown', ['vehicle']],
    ['a device that is no unit', { vehicle: 'j-1' }, InputError, 'vehicle-unknown', ['vehicle']],
    ['a vehicle of another role', { vehicle: 'fire-1' }, InputError, 'vehicle-role', ['vehicle']],
    ['a silent vehicle', { vehicle: 'amb-7' }, ConflictError, 'vehicle-offline', ['vehicle']],
    ['an origin off the map', { origin: { lon: 20, lat: 0 } }, InputError, 'off-the-map', ['origin']],
    ['a destination off the map', { destination: { lon: 0, lat: 20 } }, InputError, 'off-the-map', ['destination']],
    ['an origin without a road', { origin: at(0, 700) }, InputError, 'off-map', ['origin']],
    [
      'a destination without a road',
      { vehicle: 'amb-1', destination: at(500, 700) },
      InputError,
      'off-map',
      ['destination'],
    ],
    ['a place that cannot be reached', { destination: at(-500) }, InputError, 'unreachable', ['destination']],
    ['a role without units', { role: 'bus' }, ConflictError, 'no-unit-available', ['vehicle']],
    ['a class above its own', { role: 'bus', importance: '2/10' }, InputError, 'importance-bus', ['importance']],
  ])('with %s is refused, naming the field', async (_, change, kind, code, fields) => {
    const street = await Street.open(1)
    street.add('fire-1', 0, { role: 'fire' })
    street.outside.devices.push({ id: 'amb-7', kind: 'vehicle', district: 'test', role: 'ambulance', state: 'offline' })
    const error = fault(() => street.missions.create(wish(change), dispatcher))
    expect(error).toBeInstanceOf(kind)
    expect(error.code).toBe(code)
    expect(error.fields.map(({ field }) => field)).toEqual(fields)
    expect(street.outside.audit).toEqual([])
    await street.stop()
  })
})

describe('a dispatch', () => {
  it('is activated once, however often it is asked for', async () => {
    const street = await Street.open(2)
    const { id } = street.send(1000)
    await street.run(3)
    expect(street.missions.activate(id, dispatcher).state).toBe('active')
    expect(street.routesReceived).toHaveLength(1)
    expect(street.outside.audit.filter(({ action }) => action === 'dispatch.activate')).toHaveLength(1)
    await street.stop()
  })

  it('once cancelled stays so: cancelling again changes nothing, activating is refused', async () => {
    const street = await Street.open(2)
    const { id } = street.missions.create(wish({ vehicle: 'amb-1' }), dispatcher)
    expect(street.missions.cancel(id, dispatcher).state).toBe('cancelled')
    expect(street.missions.cancel(id, dispatcher).state).toBe('cancelled')
    expect(fault(() => street.missions.activate(id, dispatcher))).toMatchObject({
      ...{ code: 'dispatch-ended', message: 'dispatch d-1 is cancelled and cannot be activated' },
    })
    expect(street.outside.audit.map(({ action }) => action)).toEqual(['dispatch.create', 'dispatch.cancel'])
    await street.stop()
  })

  it('that does not exist is named', async () => {
    const street = await Street.open(1)
    expect(fault(() => street.missions.get('d-9'))).toBeInstanceOf(NotFoundError)
    expect(() => street.missions.activate('d-9', dispatcher)).toThrow('no dispatch "d-9"')
    await street.stop()
  })

  it('makes its unit busy and the page told so', async () => {
    const street = await Street.open(2)
    const unit = () => call<Page<Unit>>(street, 'GET', '/units').items[0]
    expect(unit()).toMatchObject({ id: 'amb-1', role: 'ambulance', state: 'available', position: at(0) })
    const { id } = street.send(1000)
    expect(unit()?.state).toBe('dispatched')
    const published = street.outside.published.filter(({ topic }) => topic === 'units').at(-1)
    expect(published?.items[0]).toMatchObject({ id: 'amb-1', state: 'dispatched' })
    street.missions.cancel(id, dispatcher)
    expect(unit()?.state).toBe('available')
    street.vehicle().silent = true
    await street.run(31)
    expect(unit()?.state).toBe('offline')
    await street.stop()
  })

  it('is listed newest first, page by page, with its live state', async () => {
    const street = await Street.open(2)
    street.missions.create(wish({ vehicle: 'amb-1' }), dispatcher)
    street.send(1000)
    street.missions.create(wish({ vehicle: 'amb-1' }), dispatcher)
    await street.run(10)
    const first = call<Page<Dispatch>>(street, 'GET', '/dispatches', { query: { limit: 2 } })
    expect(first.items.map(({ id, progressM }) => [id, progressM])).toEqual([
      ['d-3', 0],
      ['d-2', 150],
    ])
    const next = call<Page<Dispatch>>(street, 'GET', '/dispatches', { query: { limit: 2, cursor: first.nextCursor } })
    expect(next).toMatchObject({ items: [{ id: 'd-1' }], nextCursor: null })
    const snapshot = street.outside.snapshots.get('dispatches')?.() as Dispatch[]
    expect(snapshot.map(({ id }) => id)).toEqual(['d-3', 'd-2', 'd-1'])
    await street.stop()
  })
})
