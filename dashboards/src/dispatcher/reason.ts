import type { TFunction } from 'i18next'
import { knownMode } from './signal-mode.ts'

/** The words of gateway and edge agents, as they write them into a mission or one of its signals, and what they mean. */
const known = [
  [/^no position of the vehicle/, 'silent'],
  [/^the vehicle has left its route$/, 'offRoute'],
  [/^no longer on the route$/, 'rerouted'],
  [/^held for (?:60 s without the vehicle|as long as allowed)$/, 'heldTooLong'],
  [/^controller is in (?:mode )?(?<mode>\w+)(?: mode)?$/, 'mode'],
  [/^waits for /, 'waits'],
  [/^(?<mission>\S+) goes first$/, 'goesFirst'],
  [/^refused by the controller$/, 'refused'],
  [/^served too recently$|has just used up the maximum presence here$/, 'tooSoon'],
  [/^latest arrival passed$|^lease ended$|^(?:arrivalLatest|leaseUntil) \S+ has passed$/, 'tooLate'],
  [/^controller (?:does not answer|no longer heard|is offline)$|^no answer from the controller$/, 'noAnswer'],
  [/^cancelled by (?<person>.+)$/, 'cancelled'],
] as const

/** A reason in the page's language; one that nobody foresaw is shown in its own words. */
export function reasonText(words: string, t: TFunction): string {
  for (const [pattern, key] of known) {
    const found = pattern.exec(words)
    if (!found) continue
    const { mode, person, mission } = found.groups ?? {}
    return t(`reason.${key}`, { value: mode === undefined ? (person ?? mission) : t(`mode.${knownMode(mode)}`) })
  }
  return words
}
