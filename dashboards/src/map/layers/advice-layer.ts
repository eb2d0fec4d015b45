import type { Advice } from '@clearway/contracts'
import type { Layer } from '@deck.gl/core'
import { PathLayer } from '@deck.gl/layers'
import { type Appearance, ground, rgb } from '../../look/palette.ts'

/** Roads that other drivers are asked to leave free: a wide, faint band under everything that says more. */
export function adviceLayer(advice: readonly Advice[], appearance: Appearance): Layer {
  return new PathLayer<Advice>({
    id: 'advice',
    data: advice,
    pickable: true,
    getPath: ({ geometry }) => geometry.coordinates as [number, number][],
    getColor: [...rgb(ground[appearance].advice), appearance === 'dark' ? 90 : 70],
    getWidth: 26,
    widthUnits: 'pixels',
    capRounded: true,
    jointRounded: true,
    updateTriggers: { getColor: appearance },
  })
}
