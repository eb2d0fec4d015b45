import { type Closure, fromTimestamp, type NewClosure, type Position, toTimestamp } from '@clearway/contracts'
import { useEffect, useRef, useState } from 'react'
import { useLanguage } from '../language/use-language.ts'
import type { Disruption } from '../map/layers/road-layers.ts'
import { post, remove } from '../server/requests.ts'
import { Failure } from '../shell/failure.tsx'
import { durationsH, openDisruptions } from './disruptions.ts'

export interface RoadPanelProps {
  disruptions: readonly Disruption[]
  /** The dispatcher is to click on a road. */
  picking: boolean
  onPick: (on: boolean) => void
  /** Where was clicked, until it is closed or given up. */
  at: Position | undefined
  onDone: () => void
}

/** Closed roads and incidents; a road is closed by a click on the map and a duration. */
export function RoadPanel({ disruptions, picking, onPick, at, onDone }: RoadPanelProps) {
  const { t } = useLanguage()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const open = openDisruptions(disruptions)

  const send = async (work: () => Promise<unknown>) => {
    setBusy(true)
    setError(undefined)
    try {
      await work()
      onDone()
    } catch (cause) {
      setError(cause as Error)
    } finally {
      setBusy(false)
    }
  }
  const end = ({ type, id }: Disruption) =>
    send(() => remove(`/${type === 'closure' ? 'closures' : 'incidents'}/${encodeURIComponent(id)}`))

  return (
    <section className="road-panel" aria-label={t('road.heading')}>
      <h2 className="panel-title">
        {t('road.heading')} <span className="soft figures">{open.length}</span>
      </h2>
      {at ? (
        <ClosureForm
          at={at}
          busy={busy}
          onClose={(wish) => void send(() => post<Closure>('/closures', wish))}
          onCancel={onDone}
        />
      ) : (
        <button
          type="button"
          className="plain-button"
          aria-pressed={picking}
          onClick={() => onPick(!picking)}
          data-testid="close-road"
        >
          {t(picking ? 'road.picking' : 'road.close')}
        </button>
      )}
      {error && <Failure error={error} />}
      <ul>
        {open.map((one) => (
          <DisruptionRow key={one.id} disruption={one} busy={busy} onEnd={() => void end(one)} />
        ))}
      </ul>
    </section>
  )
}

interface ClosureFormProps {
  at: Position
  busy: boolean
  onClose: (wish: NewClosure) => void
  onCancel: () => void
}

function ClosureForm({ at, busy, onClose, onCancel }: ClosureFormProps) {
  const { t } = useLanguage()
  const [hours, setHours] = useState<number | undefined>(durationsH[0])
  const [emergency, setEmergency] = useState(false)
  const [reason, setReason] = useState('')
  const form = useRef<HTMLFormElement>(null)
  // The column may be longer than the screen, and the hand is still on the map.
  useEffect(() => form.current?.scrollIntoView({ block: 'nearest' }), [])
  return (
    <form
      ref={form}
      className="closure-form"
      onSubmit={(event) => {
        event.preventDefault()
        onClose({
          position: at,
          until: hours === undefined ? null : toTimestamp(Date.now() + hours * 3_600_000),
          closedTo: emergency ? 'ordinary' : 'everyone',
          ...(reason.trim() && { reason: reason.trim() }),
        })
      }}
    >
      <p className="soft">{t('dispatch.point', { lat: at.lat.toFixed(4), lon: at.lon.toFixed(4) })}</p>
      <label className="field">
        {t('road.duration')}
        <select
          value={hours ?? ''}
          onChange={({ target }) => setHours(target.value === '' ? undefined : Number(target.value))}
          data-testid="closure-duration"
        >
          {durationsH.map((h) => (
            <option key={h ?? ''} value={h ?? ''}>
              {h === undefined ? t('road.untilOpened') : t('road.hours', { count: h })}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        {t('road.reason')}
        <input value={reason} maxLength={500} onChange={({ target }) => setReason(target.value)} />
      </label>
      <label className="check">
        <input type="checkbox" checked={emergency} onChange={({ target }) => setEmergency(target.checked)} />
        {t('road.emergencyMayPass')}
      </label>
      <div className="compose-actions">
        <button type="button" className="plain-button" onClick={onCancel}>
          {t('road.cancel')}
        </button>
        <button type="submit" className="main-button" disabled={busy} data-testid="confirm-closure">
          {t('road.confirm')}
        </button>
      </div>
    </form>
  )
}

function DisruptionRow({ disruption, busy, onEnd }: { disruption: Disruption; busy: boolean; onEnd: () => void }) {
  const { t, formats } = useLanguage()
  const { id, type, state, streets, until, from } = disruption
  const what = type === 'closure' ? t(`road.closedTo.${disruption.closedTo}`) : t(`road.kind.${disruption.kind}`)
  const text = type === 'closure' ? disruption.reason : disruption.note
  const begins = state === 'planned' ? `${t('road.from', { time: formats.dateClock(fromTimestamp(from)) })} ` : ''
  const ends =
    until === null ? t('road.untilOpened') : t('road.until', { time: formats.dateClock(fromTimestamp(until)) })
  const name = streets.join(', ') || t('road.unnamed')
  return (
    <li data-testid="disruption" data-id={id} data-type={type}>
      <span aria-hidden="true" className="disruption-mark" data-type={type}>
        {type === 'closure' ? '✕' : '!'}
      </span>
      <span>
        {name}
        <span className="soft">
          {' '}
          {what}, {begins}
          {ends}
          {text && ` · ${text}`}
        </span>
      </span>
      <button
        type="button"
        className="plain-button"
        disabled={busy}
        onClick={onEnd}
        aria-label={`${t('road.end')}: ${name}`}
        data-testid="end-disruption"
      >
        {t('road.end')}
      </button>
    </li>
  )
}
