import { InputError, type Page } from '@clearway/contracts'

/** What every list takes: `pageQuery` of the contract. */
export interface PageRequest {
  limit?: number | undefined
  cursor?: string | undefined
}

const defaultLimit = 100

/**
 * The key after which the page begins, undefined for the first page. A key is what the list is sorted by, as strings
 * and numbers.
 *
 * @param shape one sample value per part of the key, to refuse a cursor of another list
 * @throws InputError `cursor-malformed`
 */
export function afterKey<K extends readonly (string | number)[]>(request: PageRequest, ...shape: K): K | undefined {
  if (request.cursor === undefined) return undefined
  try {
    const key: unknown = JSON.parse(Buffer.from(request.cursor, 'base64url').toString('utf8'))
    if (
      Array.isArray(key) &&
      key.length === shape.length &&
      key.every((part, index) => typeof part === typeof shape[index])
    ) {
      return key as unknown as K
    }
  } catch {
    // Not JSON: refused below like every other cursor that this list did not hand out.
  }
  throw new InputError('cursor-malformed', `cursor "${request.cursor}" was not handed out by this list`, [
    { field: 'cursor', message: `"${request.cursor}" was not handed out by this list; begin without one` },
  ])
}

/** How many rows to ask the store for: one more than the page holds tells whether another follows. */
export const rowsWanted = (request: PageRequest): number => (request.limit ?? defaultLimit) + 1

/** Cuts the rows asked for with `rowsWanted` to a page. */
export function pageOf<R, T>(
  rows: readonly R[],
  request: PageRequest,
  keyOf: (row: R) => readonly (string | number)[],
  item: (row: R) => T,
): Page<T> {
  const limit = request.limit ?? defaultLimit
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  const more = rows.length > limit && last !== undefined
  return {
    items: kept.map(item),
    nextCursor: more ? Buffer.from(JSON.stringify(keyOf(last))).toString('base64url') : null,
  }
}

/** A page of a list that is in memory, sorted by id. */
export function pageOfList<T extends { id: string }>(items: readonly T[], request: PageRequest): Page<T> {
  const after = afterKey(request, '')?.[0]
  const sorted = items.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const rest = after === undefined ? sorted : sorted.filter(({ id }) => id > after)
  return pageOf(
    rest,
    request,
    ({ id }) => [id],
    (item) => item,
  )
}
