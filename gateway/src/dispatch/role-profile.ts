import type { PriorityRole, RouteProfile } from '@clearway/contracts'

/** How a unit of each role drives. */
export const profileOf: Readonly<Record<PriorityRole, RouteProfile>> = {
  ambulance: 'ambulance',
  fire: 'fire',
  police: 'ambulance',
  bus: 'car',
}
