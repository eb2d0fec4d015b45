import type { Disruption } from '../map/layers/road-layers.ts'

/** How long a closure is to last, hours; undefined: until it is opened. */
export const durationsH = [1, 4, 24, undefined] as const

/** What holds now or is to come, closures first, the newest first. The feed also has those that have ended. */
export function openDisruptions(all: readonly Disruption[]): Disruption[] {
  return all
    .filter(({ state }) => state !== 'ended')
    .sort((a, b) => a.type.localeCompare(b.type) || b.createdAt.localeCompare(a.createdAt))
}
