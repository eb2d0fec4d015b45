import type { ShowRate } from '../parking/reservations/overbooking.ts'
import type { Records } from '../records/records.ts'

/** People who are alike in how often they come: of one hospital, department and hour of the day. */
export interface ShowGroup {
  hospital: string
  /** Code of the specialty or service; empty where the appointment names none. */
  department: string
  /** Of the appointment, 0…23, in the city's zone. */
  hour: number
}

export interface Tally {
  shown: number
  missed: number
}

/** Nearly everybody comes, until otherwise seen. */
const prior: ShowRate = { shown: 19, missed: 1 }
/** A department begins as its hospital, an hour as its department, with the weight of so many observations. */
const weight = 20
/** Below this many observations of a hospital nothing is built on its rate. */
const leastSeen = 50

/**
 * The show rate of a group: its own observations on a Beta prior whose mean is the rest of its department's, which stands on
 * the rest of the hospital's. Small groups so lean on large ones, and no observation counts twice.
 *
 * @returns undefined where too little has been seen of the hospital
 * @see Gelman et al., Bayesian Data Analysis, ch. 5 (shrinkage of binomial rates)
 */
export function estimateShowRate(hospital: Tally, department: Tally, hour: Tally): ShowRate | undefined {
  if (hospital.shown + hospital.missed < leastSeen) return undefined
  const ofHospital = plus(prior, less(hospital, department))
  const ofDepartment = plus(scaled(ofHospital), less(department, hour))
  return plus(scaled(ofDepartment), hour)
}

const plus = (a: Tally, b: Tally): Tally => ({ shown: a.shown + b.shown, missed: a.missed + b.missed })
const less = (a: Tally, b: Tally): Tally => ({ shown: a.shown - b.shown, missed: a.missed - b.missed })

/** The same mean with the weight of a prior, at most its own. */
function scaled({ shown, missed }: Tally): Tally {
  const factor = Math.min(1, weight / (shown + missed))
  return { shown: shown * factor, missed: missed * factor }
}

/** How often people came, counted as it happens. */
export class ShowRates {
  readonly #records: Records
  readonly #known = new Map<string, ShowRate | undefined>()

  constructor(records: Records) {
    this.#records = records
    records.define(`create table if not exists show_tally (
      hospital text not null, department text not null, hour integer not null,
      shown integer not null, missed integer not null,
      primary key (hospital, department, hour)) strict, without rowid`)
  }

  /** @param change may be negative, where an earlier count was wrong */
  count(key: string, change: Tally): void {
    const { hospital, department, hour } = groupOf(key)
    this.#records.db
      .prepare(
        `insert into show_tally values (?1, ?2, ?3, ?4, ?5) on conflict (hospital, department, hour)
           do update set shown = shown + ?4, missed = missed + ?5`,
      )
      .run(hospital, department, hour, change.shown, change.missed)
    this.#known.clear()
  }

  /** @param key made by `showGroupKey` */
  rate(key: string): ShowRate | undefined {
    if (!this.#known.has(key)) this.#known.set(key, this.#estimate(groupOf(key)))
    return this.#known.get(key)
  }

  /** Of a whole hospital so far; null before enough has been seen. */
  share(hospital: string): number | null {
    const { shown, missed } = this.#tally('hospital = ?', hospital)
    return shown + missed < leastSeen ? null : shown / (shown + missed)
  }

  #estimate({ hospital, department, hour }: ShowGroup): ShowRate | undefined {
    return estimateShowRate(
      this.#tally('hospital = ?', hospital),
      this.#tally('hospital = ? and department = ?', hospital, department),
      this.#tally('hospital = ? and department = ? and hour = ?', hospital, department, hour),
    )
  }

  #tally(condition: string, ...values: (string | number)[]): Tally {
    return this.#records.db
      .prepare(
        `select coalesce(sum(shown), 0) as shown, coalesce(sum(missed), 0) as missed from show_tally where ${condition}`,
      )
      .get(...values) as unknown as Tally
  }
}

export const showGroupKey = ({ hospital, department, hour }: ShowGroup): string =>
  JSON.stringify([hospital, department, hour])

function groupOf(key: string): ShowGroup {
  const [hospital, department, hour] = JSON.parse(key) as [string, string, number]
  return { hospital, department, hour }
}
