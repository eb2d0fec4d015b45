import type { Hospital, HospitalDay, Page, Reservation } from '@clearway/contracts'
import { useCallback, useEffect, useState } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { get, getAll, remove } from '../server/requests.ts'
import { useRemote } from '../server/use-remote.ts'
import { Failure } from '../shell/failure.tsx'
import { HospitalHours } from './hospital-hours.tsx'
import { currentFirst } from './reservation-order.ts'

interface LotBookings {
  day: HospitalDay | undefined
  reservations: Reservation[]
  query: string
}

const shown = 12
const periodMs = 15_000
const hourMs = 3_600_000

async function load(lot: string, stop: AbortSignal): Promise<LotBookings> {
  const nowMs = Date.now()
  const from = new Date(nowMs - 2 * hourMs).toISOString()
  const to = new Date(nowMs + 12 * hourMs).toISOString()
  const query = new URLSearchParams({ lot, from, to }).toString()
  const [hospitals, { items }] = await Promise.all([
    getAll<Hospital>('/hospitals', stop),
    get<Page<Reservation>>(`/reservations?${query}&limit=200`, stop),
  ])
  const hospital = hospitals.find((each) => each.lot === lot)
  const day = hospital && (await get<HospitalDay>(`/hospitals/${hospital.id}/day`, stop))
  return { day, reservations: currentFirst(items, nowMs), query }
}

/** Bays held in one lot: of a hospital its day by the hour and the shared lots that help out, and who comes next. */
export function LotReservations({ lot, mayCancel }: { lot: string; mayCancel: boolean }) {
  const { t, formats } = useLanguage()
  const loader = useCallback((stop: AbortSignal) => load(lot, stop), [lot])
  const bookings = useRemote(loader)
  const { reload } = bookings
  const [failure, setFailure] = useState<Error>()
  useEffect(() => {
    const timer = setInterval(reload, periodMs)
    return () => clearInterval(timer)
  }, [reload])
  if (bookings.state === 'failed') return <Failure error={bookings.error} retry={reload} />
  const { value } = bookings
  // Most lots take no reservations: nothing is said about them.
  if (!value || (!value.day && value.reservations.length === 0)) return null
  const cancel = (id: string) =>
    remove(`/reservations/${id}`)
      .then(() => setFailure(undefined), setFailure)
      .then(reload)
  return (
    <section className="lot-reservations" aria-label={t('hospital.heading')} data-testid="lot-reservations">
      <h3>
        {t('hospital.heading')}
        <a className="soft" href={`/api/v1/reservations.csv?${value.query}`} download>
          {t('hospital.export')}
        </a>
      </h3>
      {value.day && <HospitalHours day={value.day} />}
      {failure && <Failure error={failure} />}
      {value.reservations.length === 0 && <p className="soft">{t('hospital.none')}</p>}
      <ul className="figures">
        {value.reservations.slice(0, shown).map((each) => (
          <li key={each.id} data-testid="reservation-row" data-state={each.state} title={each.reason}>
            <span className="plate">{each.plate}</span>
            <span className="soft">
              {formats.dateClock(Date.parse(each.appointmentAt ?? each.from))}
              {each.bay !== undefined && ` · ${t('hospital.bay', { bay: each.bay })}`}
              {each.overrunS !== undefined && ` · ${t('hospital.overrun', { span: formats.span(each.overrunS) })}`}
              {each.alternativeBay !== undefined && ` · ${t('hospital.ownerBay', { bay: each.alternativeBay })}`}
            </span>
            {mayCancel && (each.state === 'booked' || each.state === 'waiting') ? (
              <button type="button" className="plain-button" onClick={() => void cancel(each.id)}>
                {t(`hospital.${each.state}`)} · {t('hospital.cancel')}
              </button>
            ) : (
              <span className="soft">{t(`hospital.${each.state}`)}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
