import type { Walks } from '@clearway/routing'
import { timeZoneOf } from '../city/city.ts'
import type { Core, Feature } from '../core.ts'
import { Lifetime } from '../lifetime.ts'
import type { Parking } from '../parking/parking.ts'
import { LotWindows } from '../parking/reservations/lot-windows.ts'
import { reservationBody } from '../parking/reservations/reservation-body.ts'
import { vehicleNotSeen } from '../parking/reservations/reservation-course.ts'
import { holdOf, ReservationDesk } from '../parking/reservations/reservation-desk.ts'
import type { ReservationEvent } from '../parking/reservations/reservation-events.ts'
import { reservationRoutes } from '../parking/reservations/reservation-routes.ts'
import { type ReservationRecord, Reservations } from '../parking/reservations/reservations.ts'
import { alternativeBay } from '../parking/reservations/shared-lot.ts'
import { termsOf } from '../parking/reservations/stay-terms.ts'
import { Appointments } from './appointments.ts'
import { reservationCounters } from './counters.ts'
import { hospitalDay } from './hospital-day.ts'
import { hospitalRoutes } from './hospital-routes.ts'
import { Hospitals } from './hospitals.ts'
import { PatientPseudonyms } from './patient-pseudonym.ts'
import { ShowRates } from './show-rates.ts'
import { lotOrigin, SupplyBoard } from './supply.ts'

/** How often windows close, waiting lists close and overruns are seen without anything else happening. */
const stepEveryS = 15

interface HospitalParts {
  parking: Pick<Parking, 'ledger' | 'onChanged'>
  /** Undefined where the map has no ways for people on foot. */
  walks(): Walks | undefined
}

/** Bays for appointments of hospitals, and reservations of bays that owners share. */
export function createHospital(core: Core, { parking, walks }: HospitalParts): Feature {
  const { records, clock, audit, log, city } = core
  const { ledger } = parking
  const zone = timeZoneOf(core.config, city)
  const reservations = new Reservations(records)
  const windows = new LotWindows(records)
  const hospitals = new Hospitals(records, ledger.lots)
  const showRates = new ShowRates(records)
  const pseudonyms = new PatientPseudonyms(records)
  const { lots, counts, stays } = ledger
  const board = new SupplyBoard({ lots, counts, windows, hospitals, showRates, walks, city, zone })
  const counters = reservationCounters(core.metrics, () => reservations.live())
  const supply = (nowMs: number) => board.now(nowMs)
  const desk = new ReservationDesk({ records, clock, audit, reservations, stays, supply, onEvent })
  const appointments = new Appointments({ clock, desk, reservations, pseudonyms, zone })
  ledger.termsFrom((stay) => termsOf(reservations, stay))

  /** Counts what happens, and learns from it how often people come. */
  function onEvent(event: ReservationEvent, before: ReservationRecord, after: ReservationRecord): void {
    counters.event(event)
    tell(after.id)
    const { id, lot, bay, showGroup } = after
    if (event === 'overrun') log.warn({ event: 'bay-overrun', id, lot, bay }, 'a vehicle is in a bay after its time')
    if (showGroup === '') return
    const shown = Number(came(after)) - Number(came(before))
    const missed = Number(after.state === 'noshow') - Number(before.state === 'noshow')
    if (shown !== 0 || missed !== 0) showRates.count(showGroup, { shown, missed })
  }

  const body = (record: ReservationRecord, plate: string) => {
    const nowMs = clock.now()
    const overrun = record.overrun === 1 && record.state === 'arrived'
    const shared = overrun ? supply(nowMs).shared.get(record.lot) : undefined
    const held = shared
      ? reservations
          .live()
          .map(holdOf)
          .filter(({ lot }) => lot === record.lot)
      : []
    return reservationBody(record, {
      plate,
      stay: record.state === 'arrived' || record.state === 'ended' ? desk.stayOf(record)?.id : undefined,
      alternativeBay: shared && alternativeBay(shared, holdOf(record), held, nowMs),
      nowMs,
    })
  }

  // Told after the transaction that changed them, one message for all that came together.
  const changed = new Set<string>()
  function tell(id: string): void {
    if (changed.size === 0) queueMicrotask(publish)
    changed.add(id)
  }
  function publish(): void {
    const records = [...changed].flatMap((id) => reservations.find(id) ?? [])
    changed.clear()
    core.stream.publish(
      'reservations',
      records.map((record) => body(record, record.plate)),
    )
  }
  core.stream.provide('reservations', () => reservations.live().map((record) => body(record, record.plate)))

  let dirty = false
  parking.onChanged((ids) => {
    const nowMs = clock.now()
    if (dirty || !ids.some((lot) => reservations.concerns(lot, nowMs))) return
    dirty = true
    queueMicrotask(() => {
      dirty = false
      attempt()
    })
  })
  /** A step that fails is taken again with the next one. */
  const attempt = () => {
    try {
      desk.step()
    } catch (error) {
      log.error({ err: error }, 'reservations could not take their step')
    }
  }
  const lifetime = new Lifetime()

  return {
    routes: [
      ...hospitalRoutes(core, {
        ...{ hospitals, appointments, counters, zone, body },
        step: () => desk.step(),
        day: (hospital, span) =>
          hospitalDay(
            hospital,
            reservations.live().map(holdOf),
            supply(clock.now()),
            {
              states: Object.fromEntries(
                reservations.states(hospital.id, span.fromMs, span.untilMs).map(({ state, n }) => [state, n]),
              ),
              showRate: showRates.share(hospital.id),
            },
            span,
          ),
      }),
      ...reservationRoutes(core, {
        ...{ lots, windows, reservations, desk, body, originOf: lotOrigin },
        hospitalOf: (lot) => hospitals.ofLot(lots.get(lot))?.id,
      }),
    ],
    start() {
      desk.step()
      lifetime.repeat(clock, stepEveryS, attempt)
    },
    stop: () => lifetime.close(),
  }
}

const came = ({ state, reason }: ReservationRecord): boolean =>
  state === 'arrived' || (state === 'ended' && reason !== vehicleNotSeen)
