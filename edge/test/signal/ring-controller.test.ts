import { type JunctionTable, type Random, seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import type { ControllerReport, PreemptCall, PriorityCall } from '../../src/index.ts'
import { Controller } from '../../src/signal/controller.ts'
import { eightPhase } from './ring-fixtures.ts'
import { Street } from './street.ts'

const startMs = Date.parse('2026-11-23T08:15:00Z')
const operations = ['free', 'coordinated', 'fixed-time'] as const

/** The whole controller with rings, an observer at the kerb and a clock. */
class Junction {
  readonly table: JunctionTable
  readonly controller: Controller
  readonly street: Street
  readonly #tickMs: number
  nowMs = startMs
  preempt: PreemptCall[] = []
  priority: PriorityCall[] = []

  constructor(table = eightPhase(), tickMs = 1000) {
    this.table = table
    this.controller = new Controller(table)
    this.street = new Street(table)
    this.#tickMs = tickMs
  }

  get report(): ControllerReport {
    return this.controller.report
  }

  step(): void {
    this.nowMs += this.#tickMs
    this.controller.demand(this.preempt, this.priority)
    this.controller.step(this.nowMs, this.nowMs)
    this.street.see(this.nowMs, this.report.display)
  }

  pass(durationS: number): void {
    for (const endMs = this.nowMs + durationS * 1000; this.nowMs < endMs; ) this.step()
  }

  /** @returns seconds it took */
  until(picture: (report: ControllerReport) => boolean, withinS = 400): number {
    const fromMs = this.nowMs
    while (!picture(this.report)) {
      if (this.nowMs - fromMs > withinS * 1000)
        throw new Error(`not within ${withinS} s: ${JSON.stringify(this.report)}`)
      this.step()
    }
    return (this.nowMs - fromMs) / 1000
  }

  /** A vehicle or a walker comes and is gone before the next step. */
  pulse(group: string): void {
    const { id } = this.table.detectors!.find(({ groups }) => groups.includes(group))!
    this.controller.detect(id, true)
    this.controller.detect(id, false)
  }
}

const greens = ({ display }: ControllerReport) =>
  Object.keys(display.groups).filter((id) => display.groups[id]!.endsWith('-Movement-Allowed'))
const onClock = ({ display }: ControllerReport) => display.mode === 'coordinated'
const call = (approach: string, urgency = 4): PreemptCall => ({ approach, urgency })

describe('a controller with rings', () => {
  it('starts up into its first phases and finds to its offset', () => {
    const junction = new Junction()
    junction.until(({ display }) => display.stage !== undefined, 30)
    expect(junction.report.display).toMatchObject({ stage: '1+5', mode: 'recovering' })
    expect(junction.until(onClock)).toBeLessThanOrEqual(300)
  })

  it('enters a pre-emption from any phases, and leaves it for who has waited', () => {
    const junction = new Junction()
    junction.until(onClock)
    junction.pulse('l-w')
    junction.pass(60)
    junction.preempt = [call('n')]
    junction.until(({ preempt }) => preempt.state === 'dwell', 60)
    expect(greens(junction.report).sort()).toEqual(['l-n', 'r-n', 'v-n'])
    junction.pulse('p-e')
    junction.pass(30)
    junction.preempt = []
    junction.until(({ display }) => display.stage !== undefined, 30)
    // Nobody has seen red for longer than the walker of phase 8.
    expect(junction.report.display.stage).toBe('4+8')
    expect(greens(junction.report)).toContain('p-e')
    expect(junction.report.display.mode).toBe('recovering')
    expect(junction.until(onClock)).toBeLessThanOrEqual(300)
    expect(junction.street.objections).toEqual([])
  })

  it('leaves a pre-emption for the exit phases where there are some', () => {
    const table = eightPhase()
    table.preempt.exit = ['l-s', 'v-s']
    const junction = new Junction(table)
    junction.until(onClock)
    junction.preempt = [call('w')]
    junction.until(({ preempt }) => preempt.state === 'dwell', 60)
    junction.preempt = []
    junction.until(({ display }) => display.stage !== undefined, 30)
    expect(junction.report.display.stage).toBe('3+8')
  })

  it('holds a nominal stage by hand and goes on from there', () => {
    const junction = new Junction()
    junction.until(onClock)
    junction.controller.setControl({ by: 'hand', stage: '4+8' })
    junction.pass(60)
    expect(greens(junction.report)).toEqual(expect.arrayContaining(['v-n', 'v-s', 'r-n']))
    junction.controller.setControl({ by: 'plan' })
    junction.until(({ display }) => display.mode !== 'manual', 30)
    junction.pass(1)
    expect(junction.report.display.stage).toBe('4+8')
  })

  it('locks transit priority out after it was given', () => {
    const junction = new Junction()
    junction.until(onClock)
    junction.until(({ display }) => display.stage === '2+6')
    junction.pass(10)
    junction.priority = [{ approach: 'n', exit: 's', urgency: 3 }]
    junction.pass(1)
    expect(junction.report.priority).toEqual({ state: 'earlyGreen', approach: 'n', lockedMs: 0 })
    junction.until(({ display }) => display.stage === '4+8', 30)
    junction.pass(10)
    junction.priority = []
    junction.pass(1)
    expect(junction.report.priority).toMatchObject({ state: 'notActive', lockedMs: 60_000 })
    junction.priority = [{ approach: 's', exit: 'n', urgency: 3 }]
    junction.pass(40)
    expect(junction.report.priority!.state).toBe('notActive')
  })
})

/** Traffic as the detectors see it; `busy` from 0 to 1. */
function arrive(junction: Junction, random: Random, busy: number): string[] {
  const { detectors } = junction.table
  return detectors!.flatMap(({ groups: [group] }) => {
    if (random.next() > busy * (group!.startsWith('p-') ? 0.03 : 0.2)) return []
    junction.pulse(group!)
    return [group!]
  })
}

/** Buses that come and go. */
function drive(junction: Junction, random: Random): void {
  if (random.next() > 0.02) return
  const { id, exits } = random.pick(junction.table.approaches)
  junction.priority = random.next() < 0.5 ? [] : [{ approach: id, exit: random.pick(exits), urgency: 3 }]
}

describe('whatever the detectors say', () => {
  it.each(operations)(
    'no greens conflict, every interval is full, every call is served within two cycles, %s',
    (operation) => {
      for (let seed = 1; seed <= 60; seed++) {
        const random = seededRandom(seed)
        const junction = new Junction(eightPhase({ operation }), random.pick([1000, 1000, 500]))
        const busy = random.next()
        const waiting = new Map<string, number>()
        junction.pass(20)
        for (let second = 0; second < 300; second++) {
          const before = greens(junction.report)
          const arrived = arrive(junction, random, busy)
          if (seed % 2 === 0 && random.next() < 0.02) {
            const { id, exits } = random.pick(junction.table.approaches)
            junction.priority = random.next() < 0.5 ? [] : [{ approach: id, exit: random.pick(exits), urgency: 3 }]
          }
          junction.pass(1)
          const shown = greens(junction.report)
          // Who came in the last moment of a green was served by it.
          for (const id of arrived) {
            if (!before.includes(id) && !shown.includes(id) && !waiting.has(id)) waiting.set(id, second)
          }
          for (const [id, sinceS] of waiting) {
            if (shown.includes(id)) waiting.delete(id)
            else if (second - sinceS > 2 * junction.table.cycleS)
              throw new Error(`seed ${seed}: ${id} waits since ${sinceS}`)
          }
        }
        if (junction.street.objections.length > 0) {
          throw new Error(`seed ${seed}: ${JSON.stringify(junction.street.objections.slice(0, 3))}`)
        }
      }
    },
  )

  it.each(operations)('no green or red ends outside of what was predicted, %s', (operation) => {
    for (let seed = 1; seed <= 15; seed++) {
      const random = seededRandom(seed)
      const junction = new Junction(eightPhase({ operation }))
      const busy = random.next()
      const open = new Map<string, { face: string; minMs: number; maxMs: number }>()
      junction.pass(20)
      for (let second = 0; second < 300; second++) {
        arrive(junction, random, busy)
        // A bus takes its call away with it, and in free operation the end that was foreseen for its sake.
        if (seed % 2 === 0 && operation !== 'free') drive(junction, random)
        junction.pass(1)
        const { groups, timing = {} } = junction.report.display
        for (const [id, state] of Object.entries(groups)) {
          const face = state.replace(/^(permissive|protected)-/, '')
          const { minEndMs = 0, maxEndMs = Number.POSITIVE_INFINITY } = timing[id] ?? {}
          const before = open.get(id)
          if (before && before.face !== face) {
            const told = `seed ${seed}, second ${second}: ${id} left ${before.face}`
            // A second for the step, two for the ticks of a change that came late.
            if (junction.nowMs + 1000 < before.minMs)
              throw new Error(`${told} ${before.minMs - junction.nowMs} ms early`)
            if (junction.nowMs - 3000 > before.maxMs)
              throw new Error(`${told} ${junction.nowMs - before.maxMs} ms late`)
          }
          if (before?.face === face) {
            before.minMs = Math.max(before.minMs, minEndMs)
            before.maxMs = Math.min(before.maxMs, maxEndMs)
          } else open.set(id, { face, minMs: minEndMs, maxMs: maxEndMs })
        }
      }
    }
  })
})
