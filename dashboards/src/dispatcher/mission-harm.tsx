import type { JunctionHarm } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'

/** What priority has cost the others, where detectors tell. */
export function MissionHarm({ harm }: { harm: JunctionHarm }) {
  const { t, formats } = useLanguage()
  const { wastedGreenS, sideDelayVehS, longestSideQueueM } = harm
  const known = [
    wastedGreenS !== null && t('mission.harmWasted', { time: formats.span(wastedGreenS) }),
    sideDelayVehS !== null && t('mission.harmDelay', { seconds: formats.integer(sideDelayVehS) }),
    longestSideQueueM !== null && t('mission.harmQueue', { length: formats.distance(longestSideQueueM) }),
  ].filter((line) => line !== false)
  if (known.length === 0) return null
  return (
    <ul className="mission-harm soft figures" title={t('mission.harmTitle')} data-testid="mission-harm">
      {known.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}
