import { readFileSync } from 'node:fs'
import { compile, type DayKind, type FieldError, InputError, OneOf } from '@clearway/contracts'
import { type Static, Type } from 'typebox'
import { parse } from 'yaml'

const dayMs = 86_400_000

/** Days since 1970-01-01 on the calendar of some place. */
export type DayNumber = number

/** Which kind each date is. */
export interface Calendar {
  kindOf(day: DayNumber): DayKind
  /** Whether the holidays of the year are known; if not, its days are workdays and weekends. */
  covers(year: number): boolean
}

const CalendarDate = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'a date, for example 2026-10-01' })

/** The file of a calendar. What it says of a date holds against its base. */
const CalendarDocument = Type.Object(
  {
    base: Type.Optional(OneOf('china', 'none')),
    holidays: Type.Optional(
      Type.Array(
        Type.Object(
          {
            zh: Type.Optional(Type.String()),
            en: Type.Optional(Type.String()),
            first: CalendarDate,
            last: CalendarDate,
            worked: Type.Optional(Type.Array(CalendarDate)),
          },
          { additionalProperties: false },
        ),
      ),
    ),
    ordinary: Type.Optional(
      Type.Array(CalendarDate, { description: 'dates that are neither, whatever the base says' }),
    ),
  },
  { additionalProperties: false },
)
type CalendarDocument = Static<typeof CalendarDocument>

const checkCalendar = compile(CalendarDocument)

/** NaN when there is no such date. */
export function dayNumber(date: string): DayNumber {
  const ms = Date.parse(`${date}T00:00:00Z`)
  return new Date(ms || 0).toISOString().startsWith(date) ? ms / dayMs : Number.NaN
}

/** 1970-01-01 was a Thursday. */
const isWeekend = (day: DayNumber) => [0, 6].includes((((day + 4) % 7) + 7) % 7)

/** A calendar of special days; every other day is a workday or a weekend by its weekday. */
class SpecialDays implements Calendar {
  readonly #special: ReadonlyMap<DayNumber, DayKind>
  readonly #years: ReadonlySet<number>

  constructor(special: ReadonlyMap<DayNumber, DayKind>) {
    this.#special = special
    this.#years = new Set([...special.keys()].map((day) => new Date(day * dayMs).getUTCFullYear()))
  }

  kindOf(day: DayNumber): DayKind {
    return this.#special.get(day) ?? (isWeekend(day) ? 'weekend' : 'workday')
  }

  covers(year: number): boolean {
    return this.#years.has(year)
  }
}

/** Special days of a document, over those of its base. Dates of a list are named by `field`. */
function specialDays(document: CalendarDocument, what: string, base: ReadonlyMap<DayNumber, DayKind>) {
  const special = new Map(base)
  const faults: FieldError[] = []
  const own = new Map<DayNumber, string>()
  const put = (field: string, date: string, kind: DayKind | undefined) => {
    const day = dayNumber(date)
    if (Number.isNaN(day)) return void faults.push({ field, message: `${date} is no date of the calendar; correct it` })
    const before = own.get(day)
    if (before) {
      return void faults.push({ field, message: `${date} is said twice, also in ${before}; take one of the two out` })
    }
    if (kind === 'swapped-workday' && !isWeekend(day)) {
      return void faults.push({ field, message: `${date} is no Saturday or Sunday; only those can be swapped` })
    }
    own.set(day, field)
    if (kind) special.set(day, kind)
    else special.delete(day)
  }
  for (const [i, { first, last, worked = [] }] of (document.holidays ?? []).entries()) {
    const from = dayNumber(first)
    const until = dayNumber(last)
    if (until < from || until - from > 60) {
      const fault = until < from ? 'is before' : 'is more than 60 days after'
      faults.push({ field: `holidays.${i}.last`, message: `${last} ${fault} first ${first}; correct one of the two` })
    } else if (Number.isNaN(from) || Number.isNaN(until)) {
      put(`holidays.${i}.${Number.isNaN(from) ? 'first' : 'last'}`, Number.isNaN(from) ? first : last, undefined)
    } else {
      for (let day = from; day <= until; day++) {
        put(`holidays.${i}`, new Date(day * dayMs).toISOString().slice(0, 10), 'public-holiday')
      }
    }
    for (const [k, date] of worked.entries()) put(`holidays.${i}.worked.${k}`, date, 'swapped-workday')
  }
  for (const [i, date] of (document.ordinary ?? []).entries()) put(`ordinary.${i}`, date, undefined)
  if (faults.length > 0) {
    throw new InputError('calendar', `${what}: ${faults.map((f) => `${f.field} ${f.message}`).join('; ')}`, faults)
  }
  return special
}

const china = specialDays(
  checkCalendar.require(parse(readFileSync(new URL('./china.yaml', import.meta.url), 'utf8')), 'china.yaml'),
  'china.yaml',
  new Map(),
)

/** Public holidays and swapped workdays of China, 2017 to 2026. */
export const chinaCalendar: Calendar = new SpecialDays(china)

/**
 * The calendar that a document describes, over China's unless its `base` is none.
 *
 * @param given content of a YAML or JSON file
 * @param what names the file in errors
 * @throws InputError naming each field that does not fit
 */
export function calendarOf(given: unknown, what: string): Calendar {
  const document = checkCalendar.require(given ?? {}, what)
  return new SpecialDays(specialDays(document, what, document.base === 'none' ? new Map() : china))
}

/**
 * The calendar of a city.
 *
 * @param file its own, YAML or JSON; undefined: China's
 * @throws InputError naming `city.calendarFile` when it cannot be read, or each of its fields that does not fit
 */
export function readCalendar(file: string | undefined): Calendar {
  if (file === undefined) return chinaCalendar
  let content: unknown
  try {
    content = parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const message = `${file} cannot be read: ${(error as Error).message}`
    throw new InputError('calendar-file', `city.calendarFile ${message}`, [{ field: 'city.calendarFile', message }])
  }
  return calendarOf(content, file)
}
