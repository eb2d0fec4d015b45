import { describe, expect, it } from 'vitest'
import { at, fhir, hourMs, openHospital, openWithShared, plates, startMs } from './small-hospital.ts'

const refusal = (code: string, field: string) => ({
  code,
  fields: expect.arrayContaining([expect.objectContaining({ field, message: expect.any(String) })]),
})

describe('an appointment', () => {
  it('holds a bay from an hour before it, for three hours', async () => {
    const { send, audited } = await openHospital()
    const reservation = await send(fhir('a1', 4))
    expect(reservation).toMatchObject({
      ...{
        state: 'booked',
        lot: 'clinic',
        bay: '1',
        walkM: 0,
        plate: plates(1),
        hospital: 'clinic',
        appointment: 'a1',
      },
      from: new Date(at(3)).toISOString(),
      until: new Date(at(6)).toISOString(),
      arriveBy: new Date(at(4.5)).toISOString(),
    })
    expect(audited.slice(-2)).toEqual([`reservation.request ${reservation.id}`, `reservation.book ${reservation.id}`])
  })

  it('sent again changes nothing, not even after it has begun', async () => {
    const { send, reservations, audited, clock } = await openHospital()
    const first = await send(fhir('a1', 4))
    const events = audited.length
    expect(await send(fhir('a1', 4))).toEqual(first)
    await clock.advance(4.2 * 3600)
    expect((await send(fhir('a1', 4))).id).toBe(first.id)
    expect(await reservations()).toHaveLength(1)
    expect(audited).toHaveLength(events)
  })

  it('that is moved moves its bay, and that of the old time is free', async () => {
    const { send, reservations } = await openHospital()
    const { id } = await send(fhir('a1', 4))
    await send(fhir('a2', 4))
    const third = await send(fhir('a3', 4.5))
    expect(third.state).toBe('waiting')
    expect(await send(fhir('a1', 9))).toMatchObject({ id, state: 'booked', from: new Date(at(8)).toISOString() })
    expect((await reservations({ state: 'waiting' })).length).toBe(0)
  })

  it('that is cancelled gives its bay to who waits', async () => {
    const { send, reservations } = await openHospital()
    for (const id of ['a1', 'a2', 'a3']) await send(fhir(id, 4))
    expect((await reservations()).map(({ state }) => state)).toEqual(['booked', 'booked', 'waiting'])
    const cancelled = await send(fhir('a1', 4, { status: 'cancelled' }))
    expect(cancelled).toMatchObject({ state: 'cancelled', reason: 'the appointment was cancelled' })
    expect((await reservations()).map(({ state }) => state)).toEqual(['cancelled', 'booked', 'booked'])
  })

  it('that was cancelled comes back only with a newer notice', async () => {
    const { send } = await openHospital()
    const of = (lastUpdated: string, status = 'booked') => fhir('a1', 4, { meta: { lastUpdated }, status })
    await send(of('2026-11-22T08:00:00+08:00'))
    await send(of('2026-11-22T10:00:00+08:00', 'cancelled'))
    await expect(send(of('2026-11-22T08:00:00+08:00'))).rejects.toMatchObject(
      refusal('notice-stale', 'meta.lastUpdated'),
    )
    await expect(send(of('2026-11-22T10:00:00+08:00'))).rejects.toMatchObject(refusal('appointment-over', 'status'))
    expect(await send(of('2026-11-22T11:00:00+08:00'))).toMatchObject({ state: 'booked' })
  })

  it('whose patient did not come, as the hospital says, gives its bay on', async () => {
    const { send, reservations } = await openHospital()
    for (const id of ['a1', 'a2', 'a3']) await send(fhir(id, 4))
    expect(await send(fhir('a1', 4, { status: 'noshow' }))).toMatchObject({ state: 'noshow' })
    expect((await reservations({ state: 'booked' })).map(({ appointment }) => appointment)).toEqual(['a2', 'a3'])
    // The hospital was wrong.
    expect(await send(fhir('a1', 4, { status: 'arrived' }))).toMatchObject({ state: 'arrived' })
  })

  it('of a patient whose car nobody sees ends with its time and says nothing about who comes', async () => {
    const { send, clock, reservations, records } = await openHospital()
    await send(fhir('a1', 1))
    await clock.advance(0.9 * 3600)
    expect(await send(fhir('a1', 1, { status: 'arrived' }))).toMatchObject({ state: 'arrived' })
    await clock.advance(2.2 * 3600)
    expect(await reservations()).toMatchObject([{ state: 'ended', reason: 'the vehicle was not seen' }])
    expect(records.db.prepare('select shown, missed from show_tally').all()).toEqual([{ shown: 0, missed: 0 }])
  })

  it('that was refused while another entry waited is taken when it is sent again', async () => {
    const { send } = await openHospital()
    for (const id of ['a1', 'a2']) await send(fhir(id, 4))
    for (const id of ['b1', 'b2']) await send(fhir(id, 8))
    expect(await send(fhir('a3', 4, { plate: plates(9) }))).toMatchObject({ state: 'waiting' })
    const second = await send(fhir('b3', 8, { plate: plates(9) }))
    expect(second).toMatchObject({ state: 'refused', reason: expect.stringContaining('one entry each') })
    await send(fhir('a3', 4, { status: 'cancelled', plate: plates(9) }))
    expect(await send(fhir('b3', 8, { plate: plates(9) }))).toMatchObject({ id: second.id, state: 'waiting' })
  })

  it('for a disabled bay takes a protected one', async () => {
    const { send } = await openHospital()
    const { extension } = fhir('a1', 4)
    const need = { url: 'urn:clearway:bay-need', valueCode: 'disabled' }
    expect(await send(fhir('a1', 4, { extension: [...extension!, need] }))).toMatchObject({
      bay: 'D1',
      need: 'disabled',
    })
  })
})

describe('an appointment that cannot be', () => {
  it.each([
    [
      'in the past',
      { start: '2026-11-23T07:00:00+08:00', end: '2026-11-23T07:15:00+08:00' },
      'appointment-time',
      'start',
    ],
    [
      'of the next century',
      { start: '2126-11-23T07:00:00+08:00', end: '2126-11-23T07:15:00+08:00' },
      'appointment-time',
      'start',
    ],
    ['that ends before it starts', { end: '2026-11-23T11:00:00+08:00' }, 'appointment', 'end'],
    ['without an end', { end: undefined }, 'appointment', 'end'],
    ['without a time', { start: undefined, end: undefined }, 'appointment', 'start'],
    ['without a plate', { extension: undefined }, 'appointment', 'extension[urn:clearway:licence-plate].valueString'],
    ['with an impossible plate', { plate: '鲁I1' }, 'appointment', 'extension[urn:clearway:licence-plate].valueString'],
    ['without an id', { id: undefined }, 'appointment', 'id'],
    ['with a status that is not taken', { status: 'waitlist' }, 'appointment', 'status'],
    ['with a status that FHIR does not know', { status: 'maybe' }, 'schema', 'status'],
    ['of nobody', { participant: [] }, 'schema', 'participant'],
    [
      'of a participant without type and actor',
      { participant: [{ status: 'accepted' }] },
      'appointment',
      'participant.0',
    ],
    ['with a start that is no instant', { start: '2026-11-23' }, 'schema', 'start'],
    [
      'with a reason to cancel that is not cancelled',
      { cancelationReason: { text: 'ill' } },
      'appointment',
      'cancelationReason',
    ],
  ])('%s is refused, naming the field', async (_, change, code, field) => {
    const { send, reservations } = await openHospital()
    await expect(send(fhir('a1', 4, change as Record<string, unknown>))).rejects.toMatchObject(refusal(code, field))
    expect(await reservations()).toEqual([])
  })

  it('of an unknown hospital is refused', async () => {
    const { call } = await openHospital()
    const asked = call('POST /hospitals/nowhere/appointments', { body: fhir('a1', 4) })
    await expect(asked).rejects.toMatchObject({ code: 'hospital-unknown' })
  })

  it('of a vehicle that has one at that time is refused, in any hospital', async () => {
    const { send } = await openHospital()
    await send(fhir('a1', 4))
    const twice = send(fhir('a2', 4.5, { plate: plates(1) }))
    await expect(twice).rejects.toMatchObject(refusal('reservation-twice', 'start'))
    expect(await send(fhir('a3', 9, { plate: plates(1) }))).toMatchObject({ state: 'booked' })
  })

  it('cancelled before it was booked is refused', async () => {
    const { send } = await openHospital()
    await expect(send(fhir('a1', 4, { status: 'cancelled' }))).rejects.toMatchObject({ code: 'appointment-unknown' })
  })
})

describe('a vehicle with a reservation', () => {
  it('arrives with its entry read and ends with its exit, tied to its stay', async () => {
    const { send, pass, clock, reservations } = await openHospital()
    await send(fhir('a1', 4))
    await clock.advance(3.5 * 3600)
    await pass('clinic', 'in', plates(1))
    const [arrived] = await reservations()
    expect(arrived).toMatchObject({ state: 'arrived', bay: '1', stay: expect.stringMatching(/^s-/) })
    await clock.advance(3600)
    await pass('clinic', 'out', plates(1))
    expect(await reservations()).toMatchObject([{ state: 'ended', stay: arrived!.stay }])
  })

  it('that does not come loses its bay after half an hour, and a late read corrects it', async () => {
    const { send, pass, clock, reservations } = await openHospital()
    await send(fhir('a1', 4))
    await clock.advance(4.5 * 3600 + 15)
    expect(await reservations()).toMatchObject([{ state: 'noshow' }])
    await pass('clinic', 'in', plates(1), at(4.4))
    expect(await reservations()).toMatchObject([{ state: 'arrived' }])
  })

  it('counts for the show rate as it came, once', async () => {
    const { send, pass, clock, call, records } = await openHospital()
    await send(fhir('a1', 4))
    await clock.advance(4.5 * 3600 + 15)
    await pass('clinic', 'in', plates(1), at(4.4))
    await clock.advance(600)
    expect(records.db.prepare('select shown, missed, hour from show_tally').all()).toEqual([
      { shown: 1, missed: 0, hour: 12 },
    ])
    expect((await call('GET /hospitals/clinic/day')).showRate).toBeNull()
  })

  it('that stayed away more than three times in a month may not book, until a month has passed', async () => {
    const { call, send, clock, hospital } = await openHospital()
    // A month of steps every quarter of a minute would take long; the first look after each day finds the same.
    await hospital.stop?.()
    const pass = async (days: number) => {
      await clock.advance(days * 24 * 3600)
      await hospital.start?.()
    }
    const { participant } = fhir('x', 1)
    const again = (id: string, day: number, plate = plates(7)) => send(fhir(id, 24 * day + 2, { plate, participant }))
    for (let day = 0; day < 4; day++) {
      expect(await again(`b${day}`, day)).toMatchObject({ state: 'booked' })
      await pass(1)
    }
    await expect(again('b9', 4)).rejects.toMatchObject(refusal('booking-suspended', 'participant'))
    // Another plate does not help the same patient.
    await expect(again('c1', 4, plates(8))).rejects.toMatchObject({ code: 'booking-suspended' })
    // Nor does a shared bay.
    await call('PUT /lots/court', {
      body: { name: { en: 'Court' }, position: { lon: 117.02, lat: 36.6618 }, capacity: 2, kind: 'shared' },
    })
    const span = { from: new Date(at(24 * 4 + 2)).toISOString(), until: new Date(at(24 * 4 + 3)).toISOString() }
    const shared = call('POST /reservations', { body: { lot: 'court', plate: plates(7), ...span } })
    await expect(shared).rejects.toMatchObject(refusal('booking-suspended', 'plate'))
    await pass(27)
    expect(await again('b10', 31)).toMatchObject({ state: 'booked' })
  })
})

describe('a full hospital', () => {
  it('books the nearest shared bay, with walk and relief', async () => {
    const { send } = await openWithShared({ relief: 'patient' })
    for (const id of ['a1', 'a2']) await send(fhir(id, 2))
    const shared = await send(fhir('a3', 2))
    // Its owner is back at noon, a stay would last to 12:00 - 15 min at the latest.
    expect(shared).toMatchObject({ state: 'booked', lot: 'court', bay: 'b', relief: 'patient' })
    expect(shared.walkM).toBeGreaterThan(250)
    expect(shared.walkM).toBeLessThan(270)
    expect(shared.reason).toContain('clinic is full')
  })

  it('lets people wait, and the list closes 10 min before the appointment', async () => {
    const { send, clock, reservations } = await openHospital()
    for (const id of ['a1', 'a2', 'a3']) await send(fhir(id, 4))
    await clock.advance(4 * 3600 - 10 * 60 - 15)
    expect(await reservations({ state: 'waiting' })).toHaveLength(1)
    await clock.advance(15)
    expect(await reservations({ state: 'refused' })).toMatchObject([
      { reason: expect.stringContaining('10 min before') },
    ])
  })

  it('gives bays by the count of the gates on the day', async () => {
    const { send, pass } = await openHospital()
    await pass('clinic', 'in', '鲁B11111')
    await pass('clinic', 'in', '鲁B22222')
    // Within the rolling two hours: of two bays that are not protected, both are taken by others.
    expect(await send(fhir('a1', 1))).toMatchObject({ state: 'waiting' })
    await pass('clinic', 'out', '鲁B11111')
    expect(await send(fhir('a1', 1))).toMatchObject({ state: 'booked' })
  })
})

describe('a shared stay that does not end', () => {
  async function overrun() {
    const bench = await openWithShared()
    const body = {
      lot: 'court',
      plate: plates(1),
      from: new Date(at(1)).toISOString(),
      until: new Date(at(3.75)).toISOString(),
    }
    const made = await bench.call('POST /reservations', { body })
    await bench.clock.advance(3600)
    await bench.pass('court', 'in', plates(1))
    return { ...bench, made }
  }

  it('is told of, and its owner is shown another bay', async () => {
    const { clock, warnings, made, call, core, told } = await overrun()
    expect(made).toMatchObject({ state: 'booked', bay: 'a', walkM: 0 })
    await clock.advance(2.75 * 3600 + 30)
    const shown = await call(`GET /reservations/${made.id}`)
    expect(shown).toMatchObject({ state: 'arrived', overrunS: 30, alternativeBay: 'b' })
    expect(told.map(({ state, overrunS }) => [state, overrunS !== undefined])).toEqual([
      ['booked', false],
      ['arrived', false],
      ['arrived', true],
    ])
    expect(warnings).toMatchObject([{ event: 'bay-overrun', lot: 'court', bay: 'a' }])
    expect(await core.metrics.metrics()).toContain('clearway_reservations{state="overrun"} 1')
  })

  it('costs a surcharge for each half hour begun, as the last line of its bill', async () => {
    const { clock, pass, call } = await overrun()
    await clock.advance(2.75 * 3600 + 40 * 60)
    await pass('court', 'out', plates(1))
    const [bill] = (await call('GET /bills')).items
    const { amountFen, lines } = bill
    expect(lines.at(-1)).toMatchObject({
      rule: 'surcharge',
      quantity: 2,
      amountFen: 600,
      text: { en: expect.any(String) },
    })
    expect(lines.reduce((sum: number, line: { amountFen: number }) => sum + line.amountFen, 0)).toBe(amountFen)
  })

  it('whose owner changes his mind is moved to another bay', async () => {
    const { call } = await openWithShared()
    const body = {
      lot: 'court',
      plate: plates(1),
      from: new Date(at(1)).toISOString(),
      until: new Date(at(2)).toISOString(),
    }
    const made = await call('POST /reservations', { body })
    expect(made.bay).toBe('a')
    const windows = await call('GET /lots/court/windows')
    const days = ['mon', 'tue']
    const bays = [{ bay: 'a', windows: [{ days, from: '08:00', until: '18:00' }] }, windows.bays[1]]
    await call('PUT /lots/court/windows', { body: { ...windows, bays } })
    expect(await call(`GET /reservations/${made.id}`)).toMatchObject({ state: 'booked', bay: 'b' })
  })
})

describe('the relief of a patient', () => {
  it('is taken off the bill where the tariff has it', async () => {
    const { call, send, clock, pass } = await openHospital({ relief: 'patient' })
    const document = {
      ...{ name: { en: 'Clinic' }, currency: 'CNY', free: { withinMin: 0, kind: 'allowance', inclusive: false } },
      ...{ first: { untilMin: 60, amountFen: 1000 }, further: { everyMin: 60, amountFen: 500 } },
      ...{ capPer24hFen: null, after24h: 'continue' },
      discounts: [{ id: 'patient', name: { en: 'patients' }, percent: 50 }],
    }
    await call('PUT /tariffs/clinic', { body: { document } })
    const { name, position, capacity, kind } = await call('GET /lots/clinic')
    await call('PUT /lots/clinic', { body: { name, position, capacity, kind, tariff: 'clinic' } })
    await send(fhir('a1', 2))
    await clock.advance(1.5 * 3600)
    await pass('clinic', 'in', plates(1))
    await pass('clinic', 'in', plates(2))
    await clock.advance(5400)
    await pass('clinic', 'out', plates(1))
    await pass('clinic', 'out', plates(2))
    const { items } = await call('GET /bills')
    expect(
      Object.fromEntries(items.map((bill: { plate: string; amountFen: number }) => [bill.plate, bill.amountFen])),
    ).toEqual({
      [plates(1)]: 750,
      [plates(2)]: 1500,
    })
  })
})

describe('the day of a hospital', () => {
  it('shows bays, bookings and who waits by the hour', async () => {
    const { send, call } = await openWithShared()
    for (const id of ['a1', 'a2', 'a3']) await send(fhir(id, 4))
    const day = await call('GET /hospitals/clinic/day')
    expect(day).toMatchObject({ hospital: 'clinic', capacity: 4, protectedBays: 2, occupied: 0 })
    expect(day.hours).toHaveLength(24)
    // 11:00 to 14:00.
    expect(day.hours.map(({ booked }: { booked: number }) => booked).slice(10, 15)).toEqual([0, 2, 2, 2, 0])
    expect(day.hours[12].expected).toBe(2)
    expect(day.states).toEqual({ booked: 3 })
    expect(day.shared).toMatchObject([{ lot: 'court', bays: 2, booked: 1 }])
    expect(Date.parse(day.from)).toBe(startMs - 8 * hourMs)
  })
})

it('cancelling over the API frees the bay, and twice is once', async () => {
  const { send, call, reservations } = await openHospital()
  for (const id of ['a1', 'a2', 'a3']) await send(fhir(id, 4))
  const [first] = await reservations()
  expect(await call(`DELETE /reservations/${first!.id}`)).toMatchObject({
    state: 'cancelled',
    reason: 'cancelled by mei',
  })
  expect(await call(`DELETE /reservations/${first!.id}`)).toMatchObject({ state: 'cancelled' })
  expect((await reservations({ state: 'booked' })).map(({ appointment }) => appointment)).toEqual(['a2', 'a3'])
})
