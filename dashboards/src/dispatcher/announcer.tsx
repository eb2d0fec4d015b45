import type { Dispatch, Unit } from '@clearway/contracts'
import { useEffect, useRef, useState } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { unitName } from './names.ts'

/** Tells a screen reader what changed in the mission that is shown, and nothing else. */
export function Announcer({ mission, units }: { mission: Dispatch | undefined; units: readonly Unit[] }) {
  const { t, text } = useLanguage()
  const [said, setSaid] = useState('')
  const before = useRef<Dispatch | undefined>(undefined)
  useEffect(() => {
    const last = before.current
    before.current = mission
    if (!mission || last?.id !== mission.id) return
    const news = mission.junctions
      .filter(({ state }, n) => last.junctions[n]?.state !== state)
      .map(({ name, state }) => t('mission.announce', { junction: text(name), state: t(`junctionState.${state}`) }))
    if (last.state !== mission.state) {
      const unit = unitName(mission.vehicle, units, text)
      news.unshift(t('mission.announceMission', { unit, state: t(`missionState.${mission.state}`) }))
    }
    if (news.length > 0) setSaid(news.join('. '))
  }, [mission, units, t, text])
  return (
    <p className="unseen" aria-live="polite" data-testid="announcer">
      {said}
    </p>
  )
}
