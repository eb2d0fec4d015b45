/** What a permalink of the junction's page holds. */
export interface JunctionAddress {
  id: string | undefined
  /** When the pre-emption that is shown was called, ms; undefined for the newest, `live` for none. */
  preemption: number | 'live' | undefined
}

export function readAddress(search: string): JunctionAddress {
  const query = new URLSearchParams(search)
  const at = query.get('preemption')
  const atMs = at === null ? Number.NaN : Date.parse(at)
  return {
    id: query.get('id') ?? undefined,
    preemption: at === 'live' ? 'live' : Number.isNaN(atMs) ? undefined : atMs,
  }
}

export function addressOf({ id, preemption }: JunctionAddress): string {
  const query = new URLSearchParams()
  if (id !== undefined) query.set('id', id)
  if (preemption === 'live') query.set('preemption', 'live')
  else if (preemption !== undefined) query.set('preemption', new Date(preemption).toISOString())
  return `?${query}`
}

/** Where the page of a junction is. */
export const junctionPage = (id: string): string => `/junction${addressOf({ id, preemption: undefined })}`
