import {
  signalEventCode as code,
  groupsOf,
  type JunctionTable,
  type SignalMeasures,
  type TimeSpan,
  toTimestamp,
} from '@clearway/contracts'
import type { LogEvent } from './event-codec.ts'
import type { Stretch } from './event-log.ts'
import { GroupBucket, GroupTally, rememberedMs } from './group-tally.ts'
import { PreemptionBucket, PreemptionTally } from './preemption-tally.ts'
import { Buckets, Durations } from './tally.ts'

export { rememberedMs }

class JunctionBucket {
  coveredMs = 0
  readonly gaps: { fromMs: number; toMs: number }[] = []
  readonly cycle = new Durations()
  readonly priority = { calls: 0, earlyGreens: 0, extensions: 0 }
  flashes = 0
  manualControls = 0
}

/**
 * The measures of one junction, from nothing but the stretches of its log: the same whether they come as they happen or
 * years later. Whatever has a duration counts in the bucket in which it ends, so the buckets of a window add up to the
 * window. `docs/signal-measures.md` gives the formulas.
 */
export class JunctionMeasuring {
  readonly #table: JunctionTable
  readonly #junction: Buckets<JunctionBucket>
  readonly #groupBuckets: readonly Buckets<GroupBucket>[]
  readonly #groups: readonly GroupTally[]
  readonly #preemptionBuckets: Buckets<PreemptionBucket>
  readonly #preemptions: PreemptionTally
  /** Places of the groups that a detector belongs to, by place of the detector. */
  readonly #groupsOfDetector: readonly (readonly number[])[]
  readonly #detected: ReadonlySet<number>
  /** The group whose greens part the cycles. */
  readonly #cycleGroup: number
  #cycleMs = Number.NEGATIVE_INFINITY
  #coveredToMs: number
  /** End of what has been told; undefined before the first stretch. */
  #lastMs: number | undefined

  /**
   * @param edges of the buckets, ascending, at least two. Stretches from `rememberedMs` before the first on are wanted.
   */
  constructor(table: JunctionTable, edges: readonly number[]) {
    this.#table = table
    this.#junction = new Buckets(edges, () => new JunctionBucket())
    this.#groupBuckets = table.groups.map(() => new Buckets(edges, () => new GroupBucket()))
    this.#groups = this.#groupBuckets.map((buckets) => new GroupTally(buckets))
    this.#preemptionBuckets = new Buckets(edges, () => new PreemptionBucket())
    const places = new Map(table.groups.map(({ id }, place) => [id, place]))
    const placesOf = (ids: readonly string[]) => ids.flatMap((id) => places.get(id) ?? [])
    this.#groupsOfDetector = (table.detectors ?? []).map(({ groups }) => placesOf(groups))
    const vehicleDetectors = (table.detectors ?? []).filter(({ kind }) => kind === 'vehicle')
    this.#detected = new Set(vehicleDetectors.flatMap(({ groups }) => placesOf(groups)))
    this.#preemptions = new PreemptionTally(
      this.#preemptionBuckets,
      table.approaches.map(({ id }) => id),
      (approach, fromMs, toMs) => {
        const served = table.approaches[approach]
        return this.#uncoveredMs(served ? placesOf(groupsOf(served)) : [], fromMs, toMs)
      },
    )
    this.#cycleGroup = cycleGroupOf(table)
    this.#coveredToMs = edges[0] as number
  }

  /** The next stretch, in order of its begin. What an earlier one has told already is not counted again. */
  take({ fromMs, toMs, events }: Stretch): void {
    const lastMs = this.#lastMs ?? fromMs
    if (toMs < lastMs) return
    if (fromMs !== lastMs) this.#forget()
    const untoldMs = Math.max(fromMs, lastMs)
    for (const event of events) if (event.atMs >= floorTenth(untoldMs)) this.#event(event)
    for (const group of this.#groups) group.reach(toMs)
    this.#cover(untoldMs, toMs)
    this.#lastMs = toMs
  }

  /** One item a bucket. Call once, after the last stretch. */
  finish(): SignalMeasures[] {
    this.#leaveOut(this.#junction.edges.at(-1) as number)
    return this.#junction.all.map((bucket, index) => {
      const fromMs = this.#junction.edges[index] as number
      const toMs = this.#junction.edges[index + 1] as number
      const { coveredMs, gaps, cycle, priority, flashes, manualControls } = bucket
      return {
        junction: this.#table.id,
        from: toTimestamp(fromMs),
        to: toTimestamp(toMs),
        coverage: coveredMs / (toMs - fromMs),
        gaps: gaps.map(spanOf),
        cycle: cycle.summary(),
        groups: this.#table.groups.flatMap(
          (group, place) => this.#groupBuckets[place]?.all[index]?.measures(group, this.#detected.has(place)) ?? [],
        ),
        preemption: (this.#preemptionBuckets.all[index] as PreemptionBucket).measures(),
        priority,
        flashes,
        manualControls,
      }
    })
  }

  #event({ code: number, parameter, atMs }: LogEvent): void {
    const bucket = this.#junction.at(atMs)
    const place = parameter - 1
    switch (number) {
      case code.detectorOn:
      case code.detectorOff:
      case code.pedestrianDetectorOn:
        for (const index of this.#groupsOfDetector[place] ?? []) this.#detector(number, index, place, atMs)
        return
      case code.priorityCheckIn:
        if (bucket) bucket.priority.calls++
        return
      case code.priorityEarlyGreen:
        if (bucket) bucket.priority.earlyGreens++
        return
      case code.priorityExtendGreen:
        if (bucket) bucket.priority.extensions++
        return
      case code.coordinationState:
        // 0 free, 1 in step.
        if (parameter <= 1) this.#preemptions.recovered(atMs)
        return
      case code.unitFlash:
        if (parameter === 1) this.#flash(atMs)
        return
      case code.manualControl:
        if (bucket && parameter === 1) bucket.manualControls++
        return
      case code.clockUpdated:
        this.#forget()
        return
    }
    if (number >= code.preemptCallOn && number <= code.preemptExit) this.#preemptions.take(number, place, atMs)
    const group = this.#groups[place]
    if (!group || !(number <= code.pedestrianDark || isOverlap(number) || number === code.groupBeginGreenFlash)) return
    group.reach(atMs)
    group.show(number, atMs)
    if (place === this.#cycleGroup && (number === code.phaseBeginGreen || number === code.overlapBeginGreen)) {
      if (atMs - this.#cycleMs <= rememberedMs) bucket?.cycle.add(atMs - this.#cycleMs)
      this.#cycleMs = atMs
    }
  }

  #detector(number: number, index: number, detector: number, atMs: number): void {
    const group = this.#groups[index]
    if (!group) return
    group.reach(atMs)
    if (number === code.pedestrianDetectorOn) group.push(atMs)
    else if (number === code.detectorOn) group.cover(detector, atMs)
    else group.uncover(detector, atMs)
  }

  #flash(atMs: number): void {
    const bucket = this.#junction.at(atMs)
    if (bucket) bucket.flashes++
    for (const [place, group] of this.#groups.entries()) {
      if (this.#table.groups[place]?.kind !== 'vehicle') continue
      group.reach(atMs)
      group.dark(atMs)
    }
  }

  #forget(): void {
    for (const group of this.#groups) group.forget()
    this.#preemptions.forget()
    this.#cycleMs = Number.NEGATIVE_INFINITY
  }

  #cover(fromMs: number, toMs: number): void {
    this.#leaveOut(fromMs)
    this.#junction.cut(fromMs, toMs, (bucket, from, to) => {
      bucket.coveredMs += to - from
    })
    this.#coveredToMs = Math.max(this.#coveredToMs, toMs)
  }

  /** Notes the gap from what is covered to `ms`. */
  #leaveOut(ms: number): void {
    this.#junction.cut(this.#coveredToMs, ms, (bucket, fromMs, toMs) => {
      bucket.gaps.push({ fromMs, toMs })
    })
  }

  /** The part of a dwell after its detectors were last covered. */
  #uncoveredMs(places: readonly number[], fromMs: number, toMs: number): number | null {
    const watched = places.filter((place) => this.#detected.has(place))
    if (watched.length === 0) return null
    const last = watched.map((place) => this.#groups[place]?.lastCoveredMs(fromMs, toMs) ?? fromMs)
    return toMs - Math.max(...last)
  }
}

const floorTenth = (ms: number): number => Math.floor(ms / 100) * 100

const isOverlap = (number: number): boolean => number >= code.overlapBeginGreen && number <= code.overlapDark

const spanOf = ({ fromMs, toMs }: { fromMs: number; toMs: number }): TimeSpan => ({
  from: toTimestamp(fromMs),
  to: toTimestamp(toMs),
})

/** Place of the group whose begin of green begins a cycle: of the coordinated phase, else of the first stage. */
function cycleGroupOf({ groups, stages, rings }: JunctionTable): number {
  const coordinated = rings?.phases.find((phase) => phase.coordinated)
  const candidates = coordinated?.groups ?? stages[0]?.groups ?? []
  return groups.findIndex(({ id, kind }) => kind === 'vehicle' && candidates.includes(id))
}
