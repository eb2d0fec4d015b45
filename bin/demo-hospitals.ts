import { type City, type Clock, seededRandom, weekdays } from '@clearway/contracts'
import { AuditLog, Hospitals, Lots, LotWindows, type Records, seedLots, Tariffs } from '@clearway/gateway'
import { distanceM } from '@clearway/routing'

/** A hospital's patients park in the nearest car park within so many metres. */
const ownWithinM = 600
/** Owners share bays in car parks within so many metres of a hospital. */
const sharedWithinM = 800
const sharedLots = 2
const sharedBays = 8
const workdays = weekdays.slice(0, 5)
const system = { name: 'system', roles: ['admin'] } as const

/**
 * Gives the hospitals of the demo city bays in the car park beside them, and owners of bays nearby, who are away by day.
 * Made once: what was changed by hand afterwards stays.
 */
export function setUpHospitals(city: City, records: Records, clock: Clock): void {
  seedLots(records, city)
  const lots = new Lots(records, new Tariffs(records))
  const hospitals = new Hospitals(records, lots)
  const windows = new LotWindows(records)
  if (hospitals.list().length > 0) return
  const audit = new AuditLog(records, clock)
  const taken = new Set<string>()
  records.transaction(() => {
    for (const { id, name, position } of city.places.filter(({ kind }) => kind === 'hospital')) {
      const near = city.carParks
        .map((lot) => ({ lot, awayM: distanceM(position.lon, position.lat, lot.position.lon, lot.position.lat) }))
        .filter(({ lot }) => !taken.has(lot.id))
        .sort((a, b) => a.awayM - b.awayM)
      const [own, ...others] = near
      if (!own || own.awayM > ownWithinM) continue
      taken.add(own.lot.id)
      const { capacity } = own.lot
      hospitals.put(id, {
        ...{
          name,
          lot: own.lot.id,
          position,
          advanceShare: 0.08,
          rollingMin: 120,
          overbookingRisk: 0.05,
          mostWalkM: 900,
        },
        emergencyBays: Math.ceil(capacity * 0.03),
        disabledBays: Math.ceil(capacity * 0.02),
      })
      audit.record(system, 'hospital.add', id, { lot: own.lot.id })
      for (const { lot } of others.filter(({ awayM }) => awayM <= sharedWithinM).slice(0, sharedLots)) {
        taken.add(lot.id)
        windows.put(lots.get(lot.id), sharedBy(lot.id))
        audit.record(system, 'lot.windows', lot.id, { bays: sharedBays })
      }
    }
  })
}

/** Residents who are back between four and seven in the evening, and at home at the weekend. */
function sharedBy(lot: string) {
  const random = seededRandom(0).fork(lot)
  return {
    bays: Array.from({ length: sharedBays }, (_, i) => ({
      bay: `S${i + 1}`,
      windows: [
        { days: [...workdays], from: `${16 + random.integer(3)}:${random.pick(['00', '30'])}`, until: '07:30' },
        { days: ['sat', 'sun'] as ('sat' | 'sun')[], from: '00:00', until: '24:00' },
      ],
    })),
    returnMarginMin: 15,
    overrun: { everyMin: 30, amountFen: 500 },
  }
}
