import type { PriorityRole } from '@clearway/contracts'
import { InputError } from '@clearway/contracts/errors'

/** Class and level of a request, both 1 (highest) … 10. */
export interface Rank {
  class: number
  level: number
}

/** Suggested order of the roles; a dispatcher may give another. */
export const usualImportance: Readonly<Record<PriorityRole, string>> = {
  police: '1/2',
  fire: '1/3',
  ambulance: '1/4',
  bus: '3/1',
}

/** @throws InputError `importance-malformed` unless `text` is `class/level`, each 1 … 10 */
export function parseImportance(text: string): Rank {
  const match = /^([1-9]|10)\/([1-9]|10)$/.exec(text)
  if (match) return { class: Number(match[1]), level: Number(match[2]) }
  throw new InputError('importance-malformed', `importance "${text}" must be class/level, each 1 to 10`, [
    { field: 'importance', message: `"${text}" is not class/level, each 1 to 10` },
  ])
}

/** Negative when `a` comes before `b`, 0 when they are of one class and level. */
export function compareImportance(a: string, b: string): number {
  const [left, right] = [parseImportance(a), parseImportance(b)]
  return left.class - right.class || left.level - right.level
}

/** What decides between requests that cannot be served together. */
export interface Claim {
  importance: string
  earliestMs: number
  id: string
}

/** Total order of claims: class, level, earliest arrival, id. Negative when `a` comes first. */
export const compareClaims = (a: Claim, b: Claim): number =>
  compareImportance(a.importance, b.importance) ||
  a.earliestMs - b.earliestMs ||
  (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
