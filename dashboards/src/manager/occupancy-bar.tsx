import { useLanguage } from '../language/use-language.ts'
import { useAppearance } from '../look/appearance.ts'
import { occupancyColour, unknownColour } from '../look/palette.ts'
import type { LotRow } from './lot-rows.ts'

/** The share of occupied bays, in the colour of the map and as a figure. */
export function OccupancyBar({ row: { occupancy, band } }: { row: LotRow }) {
  const { formats } = useLanguage()
  const appearance = useAppearance()
  const [r, g, b] = occupancyColour(occupancy, appearance)
  const colour = band === 'stale' ? unknownColour[appearance] : `rgb(${r} ${g} ${b})`
  return (
    <span className="occupancy-bar" data-band={band}>
      <span className="occupancy-bar-track" aria-hidden="true">
        <span style={{ width: `${Math.min(1, occupancy) * 100}%`, background: colour }} />
      </span>
      <span>{formats.percent(occupancy)}</span>
    </span>
  )
}
