import type { Dispatch, Place, Unit } from '@clearway/contracts'
import type { RefObject } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { Icon } from '../look/icon.tsx'
import { useNow } from '../shell/use-now.ts'
import { CancelMission } from './cancel-mission.tsx'
import { Eta } from './eta.tsx'
import { MissionHarm } from './mission-harm.tsx'
import { MissionJunctions } from './mission-junctions.tsx'
import { missionsOf } from './missions.ts'
import { targetName, unitName } from './names.ts'
import { reasonText } from './reason.ts'
import { RouteDetails } from './route-details.tsx'

export interface MissionPanelProps {
  panel: RefObject<HTMLElement | null>
  mission: Dispatch | undefined
  missions: readonly Dispatch[]
  units: readonly Unit[]
  places: readonly Place[]
  busy: boolean
  following: boolean
  onFollowing: (following: boolean) => void
  /** null: none */
  onChoose: (mission: string | null) => void
  onCancel: (mission: string) => void
  onJunction: (junction: string) => void
}

/** A green channel while it is driven: arrival, progress and the state of each signal. */
export function MissionPanel(props: MissionPanelProps) {
  const { panel, mission, missions, units, places, busy, following, onFollowing, onChoose, onCancel, onJunction } =
    props
  const { t, text, formats } = useLanguage()
  const active = mission?.state === 'active'
  const nowMs = useNow(active)
  const known = missionsOf(missions).slice(0, 20)
  const title = (one: Dispatch) =>
    t('dispatch.planFrom', {
      unit: unitName(one.vehicle, units, text),
      destination: targetName(one.destination, places, text),
    })
  return (
    <section
      ref={panel}
      tabIndex={-1}
      className="mission panel"
      aria-label={t('mission.heading')}
      data-testid="mission-panel"
      data-state={mission?.state}
    >
      <header className="mission-head">
        <h2 className="panel-title">{t('mission.heading')}</h2>
        {mission && (
          <>
            <span className="mission-state" data-state={mission.state} data-testid="mission-state">
              {t(`missionState.${mission.state}`)}
            </span>
            <button
              type="button"
              className="icon-button"
              title={t('mission.close')}
              aria-label={t('mission.close')}
              onClick={() => onChoose(null)}
            >
              <Icon name="close" />
            </button>
          </>
        )}
      </header>
      {!mission && !known.some(({ state }) => state === 'active') && <p className="soft">{t('mission.none')}</p>}
      {known.length > 0 && (
        <label className="field">
          <span className="unseen">{t('mission.choose')}</span>
          <select
            value={mission?.id ?? ''}
            onChange={({ target }) => onChoose(target.value || null)}
            data-testid="mission-select"
          >
            {!mission && <option value="">{t('mission.choose')} …</option>}
            {known.map((one) => (
              <option key={one.id} value={one.id}>
                {title(one)} · {t(`missionState.${one.state}`)}
              </option>
            ))}
          </select>
        </label>
      )}
      {mission && (
        <>
          {/* Who was called back or lost will not arrive: a time would be a promise that nobody keeps. */}
          {(active || mission.state === 'completed') && <Eta dispatch={mission} nowMs={nowMs} />}
          <div className="progress">
            <progress
              max={mission.route.distanceM}
              value={mission.state === 'completed' ? mission.route.distanceM : mission.progressM}
              aria-label={title(mission)}
              data-testid="mission-progress"
            />
            <span className="soft figures">
              {t('mission.progress', {
                done: formats.distance(mission.progressM),
                all: formats.distance(mission.route.distanceM),
              })}
            </span>
          </div>
          {mission.reason && <p className="soft">{t('mission.reason', { reason: reasonText(mission.reason, t) })}</p>}
          {active && (
            <div className="mission-actions">
              <label className="follow">
                <input
                  type="checkbox"
                  checked={following}
                  onChange={({ target }) => onFollowing(target.checked)}
                  data-testid="follow"
                />
                {t('mission.follow')}
              </label>
              <CancelMission busy={busy} onCancel={() => onCancel(mission.id)} />
            </div>
          )}
          {active && <RouteDetails route={mission.route} />}
          <h3>
            {t('mission.next')} <span className="soft figures">{mission.junctions.length}</span>
          </h3>
          <MissionJunctions junctions={mission.junctions} active={active} nowMs={nowMs} onJunction={onJunction} />
          {mission.harm && <MissionHarm harm={mission.harm} />}
          <a
            className="mission-record"
            href={`/api/v1/dispatches/${encodeURIComponent(mission.id)}/evidence`}
            download={`${mission.id}.json`}
            title={t('mission.recordTitle')}
            data-testid="mission-record"
          >
            <Icon name="download" size={16} />
            {t('mission.record')}
          </a>
        </>
      )}
    </section>
  )
}
