import type { SumoLane } from './net-file.ts'

const isIn = (list: string, vehicleClass: string): boolean => list === 'all' || list.split(/\s+/).includes(vehicleClass)

/** Whether vehicles of a class may drive on a lane: `allow` names all who may, `disallow` all who may not. */
function allows({ allow, disallow }: SumoLane, vehicleClass: 'passenger' | 'emergency'): boolean {
  if (allow !== '') return isIn(allow, vehicleClass)
  return !isIn(disallow, vehicleClass)
}

/** Who may drive on a lane; undefined when neither cars nor emergency vehicles may. */
export function laneOpenTo(lane: SumoLane): 'everyone' | 'emergency' | undefined {
  if (allows(lane, 'passenger')) return 'everyone'
  return allows(lane, 'emergency') ? 'emergency' : undefined
}
