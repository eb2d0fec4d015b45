import { Correction, type Recovery } from './coordination.ts'
import type { Head } from './signal-heads.ts'
import type { StageLayout } from './stage-layout.ts'

/** Vehicles of a lane that leave in a second of green: 1,800 an hour. */
const dischargePerS = 0.5
/** Degree of saturation that a plan is taken to be made for: its greens then tell how many arrive. */
const plannedSaturation = 0.85
/** Walkers that come to a crossing, persons a second: 100 an hour. All of them go when it turns green. */
const walkersPerS = 100 / 3600
/** So many cycles ahead are compared: two to three bring a plan back into step. */
const cyclesAhead = 3
/** Who has been red for so many cycles is not kept waiting any longer, whatever is saved by it. */
const starvedAfterCycles = 1.5

interface Waiting {
  head: Head
  arrivePerS: number
  count: number
}

/**
 * The stage to take a plan up with after a pre-emption: the one after which all together wait least until the plan is
 * back in step.
 *
 * For each stage the next three cycles are run ahead, corrections of the clock included. Vehicles arrive evenly, as many as
 * the greens of the plan serve at 85 % saturation, and leave at 1,800 an hour and lane; who came during the red until now
 * waits. What is compared is the sum of the waits (a fluid queue, as in Webster's uniform delay), a walker counting as a
 * vehicle. Who has been red for one and a half cycles comes first in any case.
 *
 * @see docs/signal-controller.md, Back to the plan
 */
export function stageOfLeastWaiting(layout: StageLayout, nowMs: number, recovery: Recovery): number {
  const starved = starvedHead(layout)
  const stages = Array.from({ length: layout.length }, (_, index) => index)
  const candidates = starved ? stages.filter((index) => layout.has(index, starved)) : stages
  const waits = candidates.map((index) => waitingAfter(layout, index, nowMs, recovery))
  return candidates[waits.indexOf(Math.min(...waits))] as number
}

function starvedHead({ heads, plan }: StageLayout): Head | undefined {
  const waiting = heads
    .flat()
    .filter(({ aspect, forMs }) => aspect === 'red' && forMs > starvedAfterCycles * plan.cycleMs)
  return waiting.sort((a, b) => b.forMs - a.forMs)[0]
}

/** Σ of waits when the plan begins with this stage, vehicle seconds and person seconds. */
function waitingAfter(layout: StageLayout, first: number, nowMs: number, recovery: Recovery): number {
  const { cycleMs } = layout.plan
  const all = [...new Set(layout.heads.flat())]
    .filter(({ conflicts }) => conflicts.length > 0)
    .map((head): Waiting => {
      const arrivePerS = arrivals(layout, head)
      return { head, arrivePerS, count: head.aspect === 'red' ? (arrivePerS * head.forMs) / 1000 : 0 }
    })
  let waits = 0
  let passedMs = 0
  const pass = (ms: number, isGreen: (head: Head) => boolean) => {
    for (const waiting of all) waits += wait(waiting, ms / 1000, isGreen(waiting.head))
    passedMs += ms
  }
  const correction = new Correction(layout.plan, recovery)
  let index = first
  pass(layout.changeMs(first), (head) => head.aspect === 'green' && layout.has(first, head))
  while (passedMs < cyclesAhead * cycleMs) {
    const { greenMs } = correction.greenOf(index, nowMs + passedMs)
    const at = index
    pass(Math.min(greenMs, cyclesAhead * cycleMs - passedMs), (head) => layout.has(at, head))
    index = layout.after(at)
    pass(layout.stage(at).changeMs, (head) => layout.has(at, head) && layout.has(index, head))
  }
  return waits
}

function arrivals(layout: StageLayout, head: Head): number {
  if (head.group.kind === 'pedestrian') return walkersPerS
  const { stages, cycleMs } = layout.plan
  const greenMs = stages.reduce((sum, stage, index) => sum + (layout.has(index, head) ? stage.greenMs : 0), 0)
  return (plannedSaturation * dischargePerS * greenMs) / cycleMs
}

/** Seconds that a queue waits in a span, and how it is after it. */
function wait(waiting: Waiting, seconds: number, isGreen: boolean): number {
  const { head, arrivePerS, count } = waiting
  if (isGreen && head.group.kind === 'pedestrian') {
    waiting.count = 0
    return 0
  }
  const changePerS = arrivePerS - (isGreen ? dischargePerS : 0)
  waiting.count = Math.max(0, count + changePerS * seconds)
  // A queue that is gone before the end is a triangle, any other a trapezium.
  return waiting.count === 0 && changePerS < 0
    ? count ** 2 / (-2 * changePerS)
    : ((count + waiting.count) / 2) * seconds
}
