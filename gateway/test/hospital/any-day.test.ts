import { type FhirAppointment, type Reservation, seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { Records } from '../../src/records/records.ts'
import { at, fhir, openHospital, plates } from './small-hospital.ts'

type Deed =
  | { do: 'send'; body: FhirAppointment }
  | { do: 'pass'; direction: 'in' | 'out'; plate: string; lateMin: number }

/** What people, hospital and gates do on a day of ten hours, minute by minute, drawn from a seed. */
function script(seed: number): Map<number, Deed[]> {
  const random = seededRandom(seed)
  const deeds = new Map<number, Deed[]>()
  const plan = (minute: number, deed: Deed) => deeds.set(minute, [...(deeds.get(minute) ?? []), deed])
  for (let n = 0; n < 14; n++) {
    const startMin = 60 + random.integer(40) * 10
    const body = fhir(`a${n}`, startMin / 60, { plate: plates(random.integer(10)) })
    const madeMin = random.integer(startMin)
    plan(madeMin, { do: 'send', body })
    if (random.next() < 0.3) plan(madeMin + random.integer(60), { do: 'send', body })
    const ends = random.next()
    if (ends < 0.2) plan(madeMin + random.integer(90), { do: 'send', body: { ...body, status: 'cancelled' } })
    if (ends > 0.9) plan(startMin + random.integer(30), { do: 'send', body: { ...body, status: 'noshow' } })
    if (ends > 0.3 && ends < 0.9) {
      const plate = body.extension![0]!.valueString as string
      const inMin = startMin - 80 + random.integer(130)
      const lateMin = random.next() < 0.1 ? 60 : 0
      plan(Math.max(0, inMin) + lateMin, { do: 'pass', direction: 'in', plate, lateMin })
      plan(Math.max(0, inMin) + 40 + random.integer(150), { do: 'pass', direction: 'out', plate, lateMin: 0 })
    }
  }
  return deeds
}

/** Lives through the day. @param restartEveryMin the gateway is started anew so often, over the same records */
async function live(seed: number, restartEveryMin = Number.POSITIVE_INFINITY) {
  const records = Records.open(':memory:')
  const deeds = script(seed)
  let bench = await openHospital({}, records)
  const refusals: string[] = []
  const bays: string[] = []
  for (let minute = 0; minute < 600; minute++) {
    if (minute > 0 && minute % restartEveryMin === 0) {
      await bench.hospital.stop?.()
      bench = await openHospital({}, records, bench.clock.now())
    }
    for (const deed of deeds.get(minute) ?? []) {
      if (deed.do === 'send') await bench.send(deed.body).catch((error) => refusals.push(`${minute} ${error.code}`))
      else await bench.pass('clinic', deed.direction, deed.plate, bench.clock.now() - deed.lateMin * 60_000)
    }
    bays.push(...(await clashes(bench)))
    await bench.clock.advance(60)
  }
  const all: Reservation[] = await bench.reservations({ limit: 1000 })
  await bench.hospital.stop?.()
  // Ids are drawn; everything else follows from what was done.
  return {
    refusals,
    bays,
    all: all
      .map(({ id, reason = '', ...rest }) => ({ ...rest, reason: reason.replace(/r-[\w-]+/, 'r') }))
      .sort((a, b) => (a.appointment! < b.appointment! ? -1 : 1)),
  }
}

/** Bays that two hold at this instant. */
async function clashes(bench: Awaited<ReturnType<typeof openHospital>>): Promise<string[]> {
  const nowMs = bench.clock.now()
  const there = (await bench.reservations({ limit: 1000 })).filter(
    ({ state, from, until, bay }) =>
      bay !== undefined &&
      (state === 'arrived' || (state === 'booked' && Date.parse(from) <= nowMs && nowMs < Date.parse(until))),
  )
  const names = there.map(({ lot, bay }) => `${lot} ${bay}`)
  return names.filter((name, i) => names.indexOf(name) < i)
}

describe('any day of a hospital', () => {
  const seeds = Array.from({ length: 8 }, (_, i) => i + 1)

  it.each(seeds)(
    'is the same when it is replayed, also by gateways that are started anew every 37 minutes (seed %i)',
    async (seed) => {
      const first = await live(seed)
      expect(first.all.length).toBeGreaterThan(5)
      expect(first.bays).toEqual([])
      expect(await live(seed, 37)).toEqual(first)
    },
  )

  it('ends with everything settled: nothing waits or is booked whose time is over', async () => {
    for (const seed of seeds.slice(0, 4)) {
      const { all } = await live(seed)
      for (const { state, arriveBy } of all) {
        if (Date.parse(arriveBy) < at(10) - 60_000) expect(['waiting', 'booked']).not.toContain(state)
      }
    }
  })
})
