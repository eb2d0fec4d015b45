import { type PlateColour, type Random, seededRandom, type VehicleClass } from '@clearway/contracts'
import { type BayGroup, type BayWeek, busyBays, layOntoBays, longestStayMin } from './bay-groups.ts'
import { generatePlate } from './generated-plates.ts'
import { ordinaryWeeks, readRecordedStays } from './recorded-stays.ts'
import { type Week, weeksOf } from './week-calendar.ts'

const minuteMs = 60_000
const weekMs = 7 * 1440 * minuteMs
/** Groups of one lot are shifted against each other by at most this, so that they do not move in step. */
const largestShiftMin = 20

/**
 * Recorded lots that are replayed: two hotels, a mall and a community in equal shares, and now and then a market, whose
 * bays turn over eight times a day. P6 is a market like P7; P4 had just opened.
 */
const sources = ['P1', 'P1', 'P3', 'P3', 'P5', 'P5', 'P10', 'P10', 'P7']

/** One visit of one generated vehicle. */
export interface ReplayedStay {
  lot: string
  /** Group and bay within the lot, `3-7`: where it stands, and with the instant a name for the stay. */
  bay: string
  plate: string
  plateColour: PlateColour
  vehicleClass: VehicleClass
  enteredAtMs: number
  leftAtMs: number
}

export interface ReplayedLot {
  id: string
  capacity: number
}

/** A group of bays of one lot, and how it runs through the recorded weeks. */
interface PlacedGroup {
  group: BayGroup
  random: Random
  shiftMin: number
}

/**
 * Recorded stays of real cars, laid onto the bays of other car parks at the same weekday and hour. Each bay of a lot
 * replays one recorded bay, so a lot never holds more than its capacity. Which recorded week a group of bays replays in
 * a given week depends on the seed, the lot and the week alone: a stay is the same whichever window asks for it.
 */
export class StayReplay {
  readonly #lots: readonly { id: string; groups: PlacedGroup[] }[]
  readonly #zone: string
  /** By lot: which share of the recorded arrivals found no free bay and is left out. */
  readonly turnedAwayShare: ReadonlyMap<string, number>

  /** @param zone IANA zone of the car parks */
  constructor(lots: readonly ReplayedLot[], zone: string, seed: number) {
    const recorded = readRecordedStays()
    const laid = new Map<string, BayGroup>()
    const layOnto = (source: string, bays: number): BayGroup => {
      const key = `${source}/${bays}`
      const group = laid.get(key) ?? layOntoBays(recorded.get(source) ?? [], bays)
      laid.set(key, group)
      return group
    }
    const turnedAway = new Map<string, number>()
    this.#zone = zone
    this.#lots = lots.map(({ id, capacity }) => {
      const random = seededRandom(seed).fork(id)
      const source = random.pick(sources)
      const stays = recorded.get(source) ?? []
      const groups = groupSizes(capacity, busyBays(stays)).map((bays, index): PlacedGroup => {
        const own = random.fork(`group ${index}`)
        return {
          group: layOnto(source, bays),
          random: own,
          shiftMin: own.integer(2 * largestShiftMin) - largestShiftMin,
        }
      })
      const away = groups.reduce((sum, { group }) => sum + group.turnedAway, 0)
      turnedAway.set(id, away / (stays.length * groups.length))
      return { id, groups }
    })
    this.turnedAwayShare = turnedAway
  }

  /** Stays that overlap a half-open window, lot by lot. */
  *stays(fromMs: number, toMs: number): Generator<ReplayedStay> {
    const marginMs = (longestStayMin + largestShiftMin) * minuteMs
    const weeks = weeksOf(this.#zone, fromMs - marginMs, toMs + largestShiftMin * minuteMs)
    // Its last stays may still be on the bays when the first week begins.
    const before = weeksOf(this.#zone, fromMs - marginMs - weekMs, fromMs - marginMs)[0] as Week
    for (const { id, groups } of this.#lots) {
      for (const [number, placed] of groups.entries()) {
        for (const bay of placed.group.bays.keys()) {
          let previous = this.#bayWeek(placed, bay, before)
          for (const week of weeks) {
            const current = this.#bayWeek(placed, bay, week)
            for (const stay of admitted(current, previous.at(-1)?.leftAtMs ?? 0)) {
              if (stay.enteredAtMs >= toMs || stay.leftAtMs <= fromMs) continue
              const random = placed.random.fork(`${bay} ${week.number} ${stay.enteredAtMs}`)
              yield { lot: id, bay: `${number}-${bay}`, ...generatePlate(random), vehicleClass: 'small', ...stay }
            }
            previous = current
          }
        }
      }
    }
  }

  /** What one bay's recording puts into one week, before the week before it is looked at. */
  #bayWeek({ group, random, shiftMin }: PlacedGroup, bay: number, week: Week): Span[] {
    const drawn = random.fork(`week ${week.number}`)
    const recorded = group.bays[bay]?.[drawn.pick(ordinaryWeeks)] as BayWeek
    const seconds = drawn.fork(`bay ${bay}`)
    return recorded.map(({ arrival, departure }) => {
      // Recorded times are whole minutes. Arrivals fall late and departures early in theirs, so that a bay that is
      // left and taken within one minute is never taken twice.
      const startMs = week.instantOf(arrival) + shiftMin * minuteMs
      return {
        enteredAtMs: startMs + 30_000 + seconds.integer(30_000),
        leftAtMs: startMs + (departure - arrival) * minuteMs + seconds.integer(30_000),
      }
    })
  }
}

interface Span {
  enteredAtMs: number
  leftAtMs: number
}

/** Leaves out whom the bay's last car, or the hour that summer time takes away, leaves no room. */
function* admitted(stays: readonly Span[], freeFromMs: number): Generator<Span> {
  let freeMs = freeFromMs
  for (const stay of stays) {
    if (stay.enteredAtMs < freeMs) continue
    freeMs = stay.leftAtMs
    yield stay
  }
}

/** Splits a capacity into groups of nearly equal size near `size`. */
export function groupSizes(capacity: number, size: number): number[] {
  const groups = Math.max(1, Math.round(capacity / size))
  return Array.from({ length: groups }, (_, i) => Math.floor((capacity + i) / groups))
}
