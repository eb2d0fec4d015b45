import type { City, LocalText, Place, Position } from '@clearway/contracts'

/** A unit of the emergency services and the place where it waits. */
export interface StationedUnit {
  id: string
  role: 'ambulance' | 'fire'
  name: LocalText
  home: Position
}

/** Synthetic: how many units a city has is not on its map. */
const AMBULANCES = 6
const FIRE_ENGINES = 3

/** Ambulances at the hospitals and rescue stations, fire engines at the fire stations, dealt out in turn. */
export function stationedUnits({ places }: Pick<City, 'places'>): StationedUnit[] {
  const of = (...kinds: Place['kind'][]) => places.filter(({ kind }) => kinds.includes(kind))
  const deal = (stations: Place[], count: number, unit: (n: number) => Omit<StationedUnit, 'home'>) =>
    stations.length === 0
      ? []
      : Array.from({ length: count }, (_, i) => ({ ...unit(i + 1), home: stations[i % stations.length]!.position }))
  return [
    ...deal(of('hospital', 'rescue-station'), AMBULANCES, (n) => ({
      id: `amb-${n}`,
      role: 'ambulance',
      name: { zh: `救护车 ${n}`, en: `Ambulance ${n}` },
    })),
    ...deal(of('fire-station'), FIRE_ENGINES, (n) => ({
      id: `fire-${n}`,
      role: 'fire',
      name: { zh: `消防车 ${n}`, en: `Fire engine ${n}` },
    })),
  ]
}
