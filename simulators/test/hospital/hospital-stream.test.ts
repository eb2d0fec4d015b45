import type { FhirAppointment, Hospital, Reservation } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { patientsOf } from '../../src/hospital/appointment-day.ts'
import { type HospitalLink, HospitalStream } from '../../src/hospital/hospital-stream.ts'
import { zoneHourMs } from '../../src/hospital/zone-hour.ts'
import type { GateEvent } from '../../src/parking/index.ts'

const zone = 'Europe/Berlin'
const date = '2026-11-25'
const minuteMs = 60_000
const patients = patientsOf('clinic', date, zone, 7)

describe('the patients of a day', () => {
  it('are the same whenever they are asked for, and others in another hospital', () => {
    expect(patientsOf('clinic', date, zone, 7)).toEqual(patients)
    expect(patientsOf('other', date, zone, 7)).not.toEqual(patients)
  })

  it('begin at eight in the city, cancel before their time, come early, and some stay away', () => {
    expect(patients[0]?.startMs).toBe(Date.parse(`${date}T08:00:00+01:00`))
    expect(zoneHourMs('2026-07-01', 8, zone)).toBe(Date.parse('2026-07-01T08:00:00+02:00'))
    for (const { startMs, madeMs, cancelledMs, comes } of patients) {
      expect(madeMs).toBeLessThan(startMs)
      if (cancelledMs !== null) expect(cancelledMs).toBeGreaterThanOrEqual(madeMs)
      if (cancelledMs !== null) expect(cancelledMs).toBeLessThan(startMs)
      if (comes) expect(startMs - comes.inMs).toBeGreaterThanOrEqual(5 * minuteMs)
      if (comes) expect(startMs - comes.inMs).toBeLessThanOrEqual(46 * minuteMs)
    }
    const absent = patients.filter(({ cancelledMs, comes }) => cancelledMs === null && comes === null).length
    expect(absent).toBeGreaterThan(1)
    expect(absent).toBeLessThan(20)
  })
})

/** A gateway that books everybody and keeps what it was told. */
function booking() {
  const told: string[] = []
  const link: HospitalLink = {
    hospitals: async () => [{ id: 'clinic' } as Hospital],
    send: async (_, { id, status }: FhirAppointment) => {
      told.push(`${status} ${id}`)
      return { state: 'booked', lot: 'car-park' } as Reservation
    },
  }
  const seen: GateEvent[] = []
  const play = async (stream: HospitalStream, fromMs: number, toMs: number) => {
    for (let nowMs = fromMs; nowMs <= toMs; nowMs += 5 * minuteMs) await stream.step(nowMs)
  }
  return { told, seen, play, stream: () => new HospitalStream(link, (event) => seen.push(event), zone, 7) }
}

describe('a hospital at work', () => {
  const [dawnMs, nightMs] = [zoneHourMs(date, 0, zone), zoneHourMs(date, 23, zone)]
  const unique = (events: readonly GateEvent[]) => new Map(events.map((event) => [event.id, event]))

  it('tells each appointment, each cancellation, and lets those who come pass the gates of their lot', async () => {
    const { told, seen, play, stream } = booking()
    await play(stream(), dawnMs, nightMs)
    const today = told.filter((line) => line.includes(date))
    for (const { id, cancelledMs, comes } of patients) {
      expect(today).toContain(`booked ${id}`)
      expect(today.includes(`cancelled ${id}`)).toBe(cancelledMs !== null)
      const passages = seen.filter((event) => event.id.endsWith(`-patient-${id}`))
      expect(passages.map(({ direction, atMs }) => [direction, atMs])).toEqual(
        comes
          ? [
              ['in', comes.inMs],
              ['out', comes.outMs],
            ]
          : [],
      )
    }
    expect(new Set(seen.map(({ lot }) => lot))).toEqual(new Set(['car-park']))
  })

  it('goes on after a restart: nobody is missing, and who is repeated has the same id', async () => {
    const whole = booking()
    await whole.play(whole.stream(), dawnMs, nightMs)
    const broken = booking()
    const noonMs = zoneHourMs(date, 12, zone)
    await broken.play(broken.stream(), dawnMs, noonMs)
    await broken.play(broken.stream(), noonMs, nightMs)
    expect(unique(broken.seen)).toEqual(unique(whole.seen))
  })

  it('takes a step again that failed', async () => {
    const { told, play } = booking()
    let fails = 3
    const link: HospitalLink = {
      hospitals: async () => {
        if (fails-- > 0) throw new Error('not there yet')
        return [{ id: 'clinic' } as Hospital]
      },
      send: async (_, { id }) => void told.push(id as string),
    }
    const stream = new HospitalStream(link, () => {}, zone, 7)
    for (let i = 0; i < 3; i++) await expect(stream.step(dawnMs)).rejects.toThrow('not there yet')
    await play(stream, dawnMs, dawnMs)
    expect(told.length).toBeGreaterThan(10)
  })
})
