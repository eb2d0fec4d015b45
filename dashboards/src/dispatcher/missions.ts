import type { Dispatch } from '@clearway/contracts'

/** Under way first, then what ended, the newest of each first; mere plans are nobody's mission. */
export function missionsOf(dispatches: readonly Dispatch[]): Dispatch[] {
  const rank = ({ state }: Dispatch) => (state === 'active' ? 0 : 1)
  return dispatches
    .filter(({ activatedAt }) => activatedAt !== undefined)
    .sort((a, b) => rank(a) - rank(b) || Date.parse(b.activatedAt!) - Date.parse(a.activatedAt!))
}

/**
 * The mission to show: the one wished for; without a wish the newest under way. `null` is the wish to see none.
 */
export function chosenMission(dispatches: readonly Dispatch[], wish: string | null | undefined): Dispatch | undefined {
  if (wish === null) return undefined
  const missions = missionsOf(dispatches)
  return wish === undefined ? missions.find(({ state }) => state === 'active') : missions.find(({ id }) => id === wish)
}

export const missionInAddress = (query: string): string | undefined =>
  new URLSearchParams(query).get('mission') ?? undefined

/** The query of a permalink to a mission; what belongs to others (the language) is kept. */
export function missionToAddress(mission: string | null, query: string): string {
  const values = new URLSearchParams(query)
  if (mission) values.set('mission', mission)
  else values.delete('mission')
  const text = values.toString()
  return text === '' ? '' : `?${text}`
}
