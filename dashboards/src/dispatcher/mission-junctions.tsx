import type { DispatchJunction } from '@clearway/contracts'
import { useEffect, useRef } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { junctionStateColours } from '../look/palette.ts'
import { reasonText } from './reason.ts'

export interface MissionJunctionsProps {
  junctions: readonly DispatchJunction[]
  active: boolean
  nowMs: number
  onJunction: (junction: string) => void
}

/** Before the vehicle; the rest is behind it. */
const ahead = new Set<DispatchJunction['state']>(['planned', 'requested', 'accepted', 'entering', 'green'])

/** The signals of a green channel in the order of the way, each with its state and the seconds that matter now. */
export function MissionJunctions({ junctions, active, nowMs, onJunction }: MissionJunctionsProps) {
  const { t, text, formats } = useLanguage()
  const seconds = ({ state, arrivalAt, greenAt, passedAt }: DispatchJunction): string => {
    if (passedAt !== undefined) return t('mission.passedAt', { time: formats.clockSeconds(Date.parse(passedAt)) })
    if (!active || !ahead.has(state)) return ''
    const inS = Math.max(0, Math.round((Date.parse(arrivalAt) - nowMs) / 1000))
    const arrives = t('mission.inSeconds', { seconds: inS })
    if (greenAt === undefined) return arrives
    const earlyS = Math.max(0, Math.round((Date.parse(arrivalAt) - Date.parse(greenAt)) / 1000))
    return `${t('mission.greenSince', { seconds: earlyS })} · ${arrives}`
  }
  // The next signal stays in sight while those behind the vehicle scroll away; only the list moves, never the page.
  const list = useRef<HTMLOListElement>(null)
  const next = active ? junctions.findIndex(({ state }) => ahead.has(state)) : -1
  useEffect(() => {
    const row = list.current?.children[Math.max(0, next - 1)] as HTMLElement | undefined
    if (next > 0 && row) list.current?.scrollTo({ top: row.offsetTop, behavior: 'smooth' })
  }, [next])
  return (
    <ol ref={list} className="mission-junctions">
      {junctions.map((junction, n) => (
        <li
          key={junction.junction}
          data-testid="mission-junction"
          data-junction={junction.junction}
          data-state={junction.state}
        >
          <button type="button" className="junction-row" onClick={() => onJunction(junction.junction)}>
            <span className="junction-number figures">{n + 1}</span>
            <span className="junction-name">{text(junction.name) || junction.junction}</span>
            <span
              className="junction-state"
              data-state={junction.state}
              style={{ '--state': junctionStateColours[junction.state] } as React.CSSProperties}
            >
              {t(`junctionState.${junction.state}`)}
            </span>
            <span className="junction-time soft figures">
              {seconds(junction)}
              {junction.reason && ` ${t('mission.reason', { reason: reasonText(junction.reason, t) })}`}
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}
