import type { WeeklyHours } from '../weekly-hours.ts'
import type { Tags } from './extract.ts'
import { weeklyHours } from './hours.ts'

/** What a turn restriction says, before it is laid on the roads. */
export interface RestrictionSign {
  /** `no_left_turn`, `only_straight_on` … as tagged. */
  value: string
  /** Forbids every movement but the one named, instead of that one. */
  only: boolean
  emergencyExempt: boolean
  /** Null: always. */
  hours: WeeklyHours | null
}

/** Tags that restrict cars, the particular before the general. */
const keys = ['restriction:motorcar', 'restriction:motor_vehicle', 'restriction'] as const
const knownTurns =
  /^(?:no_(?:left_turn|right_turn|straight_on|u_turn|entry|exit)|only_(?:left_turn|right_turn|straight_on|u_turn))$/

/** The signs of a restriction relation that hold for cars, and why others do not count. */
export function restrictionSigns(tags: Tags): { signs: RestrictionSign[]; skipped: string[] } {
  const except = (tags.except ?? '').split(/[;,]/).map((mode) => mode.trim())
  if (except.some((mode) => mode === 'motorcar' || mode === 'motor_vehicle')) {
    return { signs: [], skipped: ['cars excepted'] }
  }
  const emergencyExempt = except.includes('emergency')
  const signs: RestrictionSign[] = []
  const skipped: string[] = []
  const add = (value: string, hours: WeeklyHours | null | undefined) => {
    if (!knownTurns.test(value)) skipped.push(`unknown value ${value}`)
    else if (hours === undefined) skipped.push('under a condition that is not hours of the week')
    else signs.push({ value, only: value.startsWith('only_'), emergencyExempt, hours })
  }
  const always = keys.map((key) => tags[key]).find((value) => value !== undefined)
  const conditional = keys.map((key) => tags[`${key}:conditional`]).find((value) => value !== undefined)
  if (always !== undefined) add(always, oldHours(tags))
  for (const [, value, condition] of (conditional ?? '').matchAll(/([a-z_]+)\s*@\s*(\([^)]*\)|[^;]+)/g)) {
    add(value!, weeklyHours(condition!.replace(/^\(|\)$/g, '').trim()))
  }
  if (signs.length + skipped.length === 0) {
    skipped.push(conditional === undefined ? 'for other vehicles' : 'under a condition that is not hours of the week')
  }
  return { signs, skipped }
}

/** Hours in the tags that were used before `:conditional`; null when there are none. */
function oldHours({ day_on, day_off, hour_on, hour_off }: Tags): WeeklyHours | null | undefined {
  if ([day_on, day_off, hour_on, hour_off].every((value) => value === undefined)) return null
  const day = (name: string) => name.slice(0, 2)
  const days = day_on === undefined ? '' : `${day(day_on)}-${day(day_off ?? day_on)} `
  return weeklyHours(`${days}${hour_on ?? '0:00'}-${hour_off ?? '24:00'}`)
}
