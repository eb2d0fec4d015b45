import { type LotGrid, slotsPerDay } from './lot-grid.ts'

/** A silence less likely than this is no silence: the feed repeats itself. */
const alarmLikelihood = 1e-6
/** Shorter runs are never called frozen. */
const leastSlots = 4
/** Before anything is known of a slot of the day, one reading in four is taken to repeat the one before. */
const prior = { repeats: 1, readings: 4 }
/** However often something happened in a slot of the day, a repeated reading stays possible. */
const leastRepeatShare = 0.05

/** How likely it is that a reading repeats the one before, by slot of the day (UTC), learnt as readings come. */
class RepeatShares {
  readonly #repeats = new Float64Array(slotsPerDay)
  readonly #readings = new Float64Array(slotsPerDay)

  of(slotOfDay: number): number {
    const share = (this.#repeats[slotOfDay]! + prior.repeats) / (this.#readings[slotOfDay]! + prior.readings)
    return Math.max(share, leastRepeatShare)
  }

  learn(slotOfDay: number, repeats: boolean): void {
    this.#readings[slotOfDay]!++
    if (repeats) this.#repeats[slotOfDay]!++
  }
}

/**
 * Watches one feed, reading by reading. It is called frozen when it has repeated itself for so long that its own history
 * by time of day makes that unlikelier than one in a million: quiet nights are not frozen, a constant noon is.
 */
export class FrozenFeedWatch {
  readonly #shares = new RepeatShares()
  #last: string | undefined
  #run = 0
  #logLikelihood = 0

  /**
   * @param value all that the feed says at this instant; compared with what it said before
   * @param slotOfDay 0–95
   * @returns for how many readings it has repeated itself, and whether it is frozen
   */
  read(value: string, slotOfDay: number): { run: number; frozen: boolean } {
    const repeats = value === this.#last
    if (this.#last !== undefined) {
      if (repeats) {
        this.#run++
        this.#logLikelihood += Math.log(this.#shares.of(slotOfDay))
      } else {
        this.#run = 0
        this.#logLikelihood = 0
      }
      this.#shares.learn(slotOfDay, repeats)
    }
    this.#last = value
    return { run: this.#run, frozen: this.#run >= leastSlots && this.#logLikelihood < Math.log(alarmLikelihood) }
  }
}

/** Slots of a grid from `from` to `to`, exclusive, and the slot at which it was noticed. */
export interface FrozenRun {
  from: number
  to: number
  noticed: number
}

/** Runs in which all lots of a feed together repeat themselves, judged by what was known at the time. */
export function frozenRuns({ startMs, slots, tracks }: LotGrid): FrozenRun[] {
  const watch = new FrozenFeedWatch()
  const runs: FrozenRun[] = []
  let open: FrozenRun | undefined
  const firstSlot = Math.floor(startMs / 900_000) % slotsPerDay
  for (let slot = 0; slot < slots; slot++) {
    // Lots that say nothing say nothing about the feed.
    if (tracks.every(({ level }) => Number.isNaN(level[slot]))) continue
    const value = tracks.map(({ level }) => level[slot]).join()
    const { run, frozen } = watch.read(value, (firstSlot + slot) % slotsPerDay)
    if (!frozen) {
      open = undefined
      continue
    }
    if (!open) {
      open = { from: slot - run + 1, to: slot, noticed: slot }
      runs.push(open)
    }
    open.to = slot + 1
  }
  return runs
}

/** The grid without what a frozen feed repeated. */
export function withoutFrozen(grid: LotGrid, runs: readonly FrozenRun[]): LotGrid {
  const tracks = grid.tracks.map((track) => {
    const level = track.level.slice()
    for (const { from, to } of runs) level.fill(Number.NaN, from, to)
    return { ...track, level }
  })
  return { ...grid, tracks }
}
