import { cycleOf, type JunctionTable, seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import type { ControllerReport, PriorityCall } from '../../src/index.ts'
import { actuated, crossing, midBlock, tables, tee, teeWithLeft } from '../fixtures.ts'
import { Bench, call, coordinated, green, inStage, preempt, red } from './bench.ts'

const inState =
  (id: string, state: string) =>
  ({ display }: ControllerReport): boolean =>
    display.groups[id] === state
const stage =
  (id: string) =>
  ({ display }: ControllerReport): boolean =>
    display.stage === id
const withRecall = (table: JunctionTable, id: string, recall: 'minimum' | 'maximum'): JunctionTable => ({
  ...table,
  groups: table.groups.map((group) => (group.id === id ? { ...group, recall } : group)),
})

describe('free operation', () => {
  const open = (table = actuated(tee(), 'free')) => {
    const junction = new Bench(table)
    junction.until(stage('s1'))
    return junction
  }

  it('rests in green while nobody else waits', () => {
    const junction = open()
    junction.pass(500)
    expect(green('v-e', 'v-w')(junction.see())).toBe(true)
    expect(junction.see().display).toMatchObject({ mode: 'coordinated', stage: 's1', maxEndMs: undefined })
  })

  it('ends a green after its minimum when somebody else waits and nobody extends it', () => {
    const junction = open()
    junction.pulse('d-v-s')
    expect(junction.until(inState('v-w', 'permissive-clearance'))).toBeCloseTo(7, 0)
    junction.until(green('v-s'), 6)
  })

  it('remembers a call that is shorter than a step', () => {
    const junction = open()
    junction.pass(20)
    junction.pulse('d-v-s')
    junction.until(green('v-s'), 10)
  })

  it('extends a green by its passage time after the last vehicle', () => {
    const junction = open()
    junction.pass(20)
    junction.pulse('d-v-s', 'd-v-w')
    junction.pass(2)
    junction.pulse('d-v-w')
    // 3 s after the second vehicle, and the tick in which it was seen.
    expect(junction.until(inState('v-w', 'permissive-clearance'))).toBeCloseTo(3.25, 1)
  })

  it('ends an extended green at its maximum, counted from the conflicting call', () => {
    const junction = open()
    junction.pass(40)
    junction.detect('d-v-w', true)
    junction.pulse('d-v-s')
    junction.step()
    const { maxEndMs } = junction.see().display
    const heldS = junction.until(inState('v-w', 'permissive-clearance'))
    expect(heldS).toBeCloseTo(40, 0)
    expect(Math.abs(junction.now() - (maxEndMs as number))).toBeLessThanOrEqual(junction.tickMs)
  })

  it('passes a stage in which an extended green goes on', () => {
    const junction = open()
    junction.detect('d-v-e', true)
    junction.pulse('d-v-s')
    junction.until(({ display }) => display.stage !== 's1')
    expect(junction.see().display.stage).toBe('s2')
    junction.detect('d-v-e', false)
    junction.until(stage('s3'), 10)
  })

  it('skips a stage that nobody has called', () => {
    const junction = open(actuated(teeWithLeft(), 'free'))
    junction.pulse('d-v-s')
    junction.until(({ display }) => display.stage !== 's1')
    expect(junction.see().display.stage).toBe('s3')
  })

  it('gives everybody a turn when every detector is stuck on', () => {
    const junction = open()
    for (const { id } of junction.table.detectors ?? []) junction.detect(id, true)
    for (let turn = 0; turn < 4; turn++) {
      junction.until(green('v-s', 'p-e'), 60)
      junction.until(green('v-e', 'v-w'), 60)
    }
  })

  it('does not notice a detector that is stuck off; a recall stands in for it', () => {
    const junction = open(withRecall(actuated(tee(), 'free'), 'v-s', 'minimum'))
    junction.until(green('v-s'), 20)
    // Somebody has to take the green away again.
    junction.pulse('d-v-w')
    junction.until(green('v-w'), 20)
    junction.until(green('v-s'), 20)
  })

  it('serves a maximum recall for its maximum green', () => {
    const junction = open(withRecall(actuated(tee(), 'free'), 'v-w', 'maximum'))
    junction.pulse('d-v-s')
    expect(junction.until(inState('v-w', 'permissive-clearance'))).toBeCloseTo(40, 0)
  })
})

describe('a push button', () => {
  const open = () => {
    const junction = new Bench(actuated(tee(), 'free'))
    junction.until(stage('s1'))
    junction.pass(10)
    return junction
  }

  it('is needed for a walk', () => {
    const junction = open()
    junction.pulse('d-v-s')
    junction.until(green('v-s'))
    expect(red('p-e')(junction.see())).toBe(true)
  })

  it('calls the stage of its walk, with walk and clearance in full', () => {
    const junction = open()
    junction.pulse('d-p-e')
    junction.until(green('p-e'), 15)
    junction.pulse('d-v-w')
    expect(junction.until(inState('p-e', 'protected-clearance'))).toBeGreaterThanOrEqual(6)
    expect(junction.until(red('p-e'))).toBe(9)
    junction.until(green('v-w'), 10)
  })

  it('pressed in its own stage walks at once where nobody else waits', () => {
    const junction = open()
    junction.pulse('d-v-s')
    junction.until(green('v-s'))
    junction.pass(20)
    junction.pulse('d-p-e')
    junction.until(green('p-e'), 1)
    // Nobody else comes, so people may go on walking.
    junction.pass(60)
    expect(green('p-e')(junction.see())).toBe(true)
  })

  it('pressed in its own stage while others wait is served in its next turn', () => {
    const junction = open()
    junction.pulse('d-v-s')
    junction.until(green('v-s'))
    junction.pulse('d-v-w')
    junction.step()
    junction.pulse('d-p-e')
    junction.until(green('v-w'), 20)
    junction.until(green('p-e', 'v-s'), 20)
  })

  it('recalled walks in every turn of its stage', () => {
    const junction = new Bench(withRecall(actuated(tee(), 'free'), 'p-e', 'minimum'))
    junction.until(stage('s1'))
    junction.until(green('p-e'), 20)
  })
})

describe('coordinated actuation', () => {
  const open = (table = actuated(teeWithLeft(), 'coordinated')) => {
    const junction = new Bench(table)
    junction.until(coordinated, 4 * table.cycleS)
    return junction
  }
  const cycleStarts = (junction: Bench) => () =>
    junction.offClockS() < junction.tickMs / 1000 && inStage('s1')(junction.see())
  const stuckOn = (junction: Bench) => {
    for (const { id } of junction.table.detectors ?? []) junction.detect(id, true)
  }

  it('stays in its first stage while nobody calls another', () => {
    const junction = open()
    junction.until(inStage('s1'))
    for (let second = 0; second < 300; second++) {
      junction.pass(1)
      expect(inStage('s1')(junction.see())).toBe(true)
    }
  })

  it.each([teeWithLeft, crossing, tee, midBlock])('keeps to the plan when everybody calls all the time', (make) => {
    const table = actuated(make(), 'coordinated')
    const junction = open(table)
    stuckOn(junction)
    junction.pass(2 * table.cycleS)
    for (let cycle = 0; cycle < 4; cycle++) {
      const seen: unknown[] = []
      junction.until(({ display }) => display.stage !== 's1')
      junction.until(
        ({ display }) => seen.at(-1) !== display.stage && seen.push(display.stage) > 0 && display.stage === 's1',
      )
      expect(seen).toEqual([...table.stages.slice(1).map(({ id }) => id), 's1'])
      expect(junction.offClockS()).toBeLessThanOrEqual(1)
      expect(coordinated(junction.see())).toBe(true)
    }
  })

  it('skips what nobody has called, leaves the first stage at its yield point, and gives it what is left over', () => {
    const junction = open()
    junction.until(cycleStarts(junction))
    junction.pulse('d-v-s')
    const [main] = junction.table.stages
    // Its green, 3 s of yellow and 2.5 s of red.
    const yieldS = (main?.greenS ?? 0) + 5.5
    expect(Math.abs(junction.until(stage('s3')) - yieldS)).toBeLessThanOrEqual(0.5)
    // 7 s of minimum green, 3 s of yellow and 2.5 s of red.
    expect(Math.abs(junction.until(stage('s1')) - 12.5)).toBeLessThanOrEqual(0.5)
    junction.pulse('d-v-s')
    junction.until(cycleStarts(junction))
    expect(green('v-e', 'v-w')(junction.see())).toBe(true)
    expect(Math.abs(junction.until(stage('s3')) - yieldS)).toBeLessThanOrEqual(0.5)
  })

  it('forces a stage off at its place though it is extended', () => {
    const table = actuated(teeWithLeft(), 'coordinated')
    const groups = table.groups.map((group) => (group.maxGreenS ? { ...group, maxGreenS: 100 } : group))
    const junction = open({ ...table, groups })
    junction.until(cycleStarts(junction))
    junction.detect('d-v-s', true)
    for (let cycle = 0; cycle < 3; cycle++) {
      junction.until(stage('s3'))
      junction.until(stage('s1'))
      expect(junction.offClockS()).toBeLessThanOrEqual(1)
    }
  })

  it('ends a stage at its maximum green before its place', () => {
    const table = actuated(teeWithLeft(), 'coordinated')
    const groups = table.groups.map((group) => (group.maxGreenS ? { ...group, maxGreenS: 15 } : group))
    const junction = open({ ...table, groups })
    junction.until(cycleStarts(junction))
    junction.detect('d-v-s', true)
    junction.until(green('v-s'))
    expect(Math.abs(junction.until((report) => !green('v-s')(report)) - 15)).toBeLessThan(1)
  })

  it('serves a late call in the same cycle only where it still fits', () => {
    const table = actuated(teeWithLeft(), 'coordinated')
    // The place of s3 ends with the cycle: change, minimum green and its own change need 23 s.
    for (const [pressedS, servedS] of [
      [table.cycleS - 25, 6],
      [table.cycleS - 15, 15 + 25],
    ] as const) {
      const junction = open(table)
      junction.until(cycleStarts(junction))
      junction.pass(pressedS)
      junction.pulse('d-v-s')
      expect(Math.abs(junction.until(stage('s3')) - servedS)).toBeLessThanOrEqual(1)
    }
  })

  it('does not shorten the first stage for the longer change to a later one', () => {
    const junction = open(actuated(tee(), 'coordinated'))
    junction.until(cycleStarts(junction))
    junction.pulse('d-v-s')
    expect(junction.until((report) => !green('v-w')(report))).toBeGreaterThanOrEqual(19.5)
  })

  it('serves who has waited for two cycles though the place is never reached in time', () => {
    const table = teeWithLeft()
    const stages = table.stages.map((one) => ({ ...one, greenS: 7 }))
    // Greens at their minimums, and steps so coarse that every interval ends late.
    const junction = new Bench(
      actuated({ ...table, stages, cycleS: cycleOf({ ...table, stages }) }, 'coordinated'),
      1900,
    )
    junction.until(({ display }) => display.stage !== undefined)
    stuckOn(junction)
    for (let turn = 0; turn < 10; turn++) {
      for (const id of ['l-e', 'v-s', 'p-e', 'v-w']) {
        expect(junction.until(green(id))).toBeLessThan(4 * junction.table.cycleS)
        junction.until(red(id))
      }
    }
  })

  it('ends a stage whose place has gone with the old cycle as soon as it may', () => {
    const priority = { maxExtensionS: 0, earlyGreen: true, reserviceS: 0 }
    const junction = open({ ...actuated(teeWithLeft(), 'coordinated'), priority })
    junction.until(cycleStarts(junction))
    // Out of turn for a bus, 2.5 s before the end of the cycle.
    junction.pass(junction.table.cycleS - 8)
    junction.favour({ approach: 's', exit: 'e', urgency: 30 })
    junction.until(stage('s3'), 8)
    junction.favour()
    junction.detect('d-v-s', true)
    expect(junction.until((report) => !green('v-s')(report))).toBeLessThanOrEqual(8)
  })

  it.each(tables)('is coordinated again within three cycles of a pre-emption', (make) => {
    const table = actuated(make(), 'coordinated')
    for (let heldS = 10; heldS < 55; heldS += 7) {
      const junction = open(table)
      stuckOn(junction)
      junction.demand(call(table.approaches[0]!.id))
      junction.pass(heldS)
      junction.demand()
      junction.until(({ display }) => display.stage !== undefined)
      expect(junction.until(coordinated)).toBeLessThanOrEqual(3 * table.cycleS)
      junction.pass(table.cycleS)
      junction.until(({ display }) => display.stage !== 's1')
      junction.until(stage('s1'))
      expect(junction.offClockS()).toBeLessThanOrEqual(2)
    }
  })

  it('starves nobody who calls, whatever else is called', () => {
    const random = seededRandom(7)
    for (const make of tables) {
      const table = actuated(make(), 'coordinated')
      const junction = new Bench(table, 500)
      const waitedS = new Map<string, number>()
      for (let step = 0; step < 6000; step++) {
        for (const { id, groups } of table.detectors ?? []) {
          if (random.next() < 0.04) junction.detect(id, random.next() < 0.3)
          if (random.next() < 0.01) junction.pulse(id)
          const waits = junction.see().detectors?.includes(id) && red(groups[0]!)(junction.see())
          waitedS.set(id, waits ? (waitedS.get(id) ?? 0) + 0.5 : 0)
          expect(waitedS.get(id)).toBeLessThan(3 * table.cycleS)
        }
        if (random.next() < 0.001) junction.demand(call(table.approaches[0]!.id))
        if (random.next() < 0.03) junction.demand()
        junction.step()
      }
    }
  })
})

describe('transit priority', () => {
  const priority = { maxExtensionS: 8, earlyGreen: true, reserviceS: 120 }
  const bus = (approach: string, exit: string): PriorityCall => ({ approach, exit, urgency: 30 })
  const open = (table: JunctionTable = crossing(), more = {}) => {
    const junction = new Bench({ ...table, priority: { ...priority, ...more } })
    junction.until(coordinated)
    junction.pass(table.cycleS)
    return junction
  }

  it('cuts the green in the way to its minimum; walk and clearance are run in full', () => {
    const junction = open()
    junction.until(stage('s2'))
    junction.until(stage('s1'))
    junction.favour(bus('e', 'w'))
    // Walk 6 s within a minimum green of 7 s, 12 s of clearance and 1 s of red; by the plan it were 25 and 13 s.
    expect(junction.until(inState('p-e', 'protected-clearance'))).toBeCloseTo(7, 0)
    expect(junction.see().priority).toEqual({ state: 'earlyGreen', approach: 'e', lockedMs: 0 })
    expect(junction.until(red('p-e'))).toBe(12)
    junction.until(green('v-e'), 2)
    expect(junction.see().display.mode).toBe('recovering')
    expect(junction.see().preempt.state).toBe('notActive')
  })

  it('skips no stage on the way', () => {
    const junction = open(teeWithLeft())
    junction.until(stage('s3'))
    junction.until(stage('s1'))
    junction.favour(bus('s', 'e'))
    const seen: unknown[] = []
    junction.until(
      ({ display }) => seen.at(-1) !== display.stage && seen.push(display.stage) > 0 && display.stage === 's3',
    )
    expect(seen).toEqual(['s1', 's2', 's3'])
  })

  it('holds a green for a bus, its maximum extension at most', () => {
    for (const [leavesS, heldS] of [
      [3, 3],
      [60, 8],
    ] as const) {
      const junction = open()
      junction.until(stage('s1'))
      junction.until(stage('s2'))
      junction.pass(10)
      junction.favour(bus('e', 'w'))
      junction.until(({ priority }) => priority?.state === 'extending', 10)
      expect(junction.see().priority?.approach).toBe('e')
      let sinceS = 0
      while (!inState('p-n', 'protected-clearance')(junction.see())) {
        if (sinceS >= leavesS) junction.favour()
        junction.step()
        sinceS += 0.25
      }
      expect(Math.abs(sinceS - heldS)).toBeLessThanOrEqual(0.75)
      expect(junction.see().priority?.state).toBe('notActive')
    }
  })

  it('holds the whole stage: who is clear sooner still keeps the difference', () => {
    const junction = open()
    junction.until(stage('s1'))
    junction.until(stage('s2'))
    junction.favour(bus('e', 'w'))
    junction.until(({ priority }) => priority?.state === 'extending')
    junction.until(inState('p-n', 'protected-clearance'))
    const endMs = junction.see().display.timing?.['v-e']?.likelyEndMs as number
    // 12 s of clearance and 1 s of red against flash, yellow and red of 3 s each.
    expect(junction.until(({ display }) => display.greenFlash.includes('v-e'))).toBeCloseTo(4, 0)
    junction.until(inState('v-e', 'permissive-clearance'))
    expect(Math.abs(junction.nowMs - endMs)).toBeLessThanOrEqual(junction.tickMs)
  })

  it('stops the cycle while it holds: the next stage does not lose its place', () => {
    const junction = new Bench({
      ...actuated(teeWithLeft(), 'coordinated'),
      priority: { ...priority, maxExtensionS: 20 },
    })
    for (const { id } of junction.table.detectors ?? []) junction.detect(id, true)
    junction.until(coordinated)
    junction.pass(junction.table.cycleS)
    junction.until(stage('s1'))
    junction.until(stage('s2'))
    junction.favour(bus('e', 's'))
    junction.until(({ priority }) => priority?.state === 'extending')
    junction.until(({ display }) => display.stage !== 's2')
    expect(junction.see().display.stage).toBe('s3')
  })

  it('gives none for its lock-out, and then again', () => {
    const junction = open()
    junction.until(stage('s2'))
    junction.until(stage('s1'))
    junction.favour(bus('e', 'w'))
    junction.until(({ priority }) => priority?.state === 'earlyGreen')
    junction.until(({ priority }) => priority?.state === 'notActive')
    expect(junction.see().priority?.lockedMs).toBe(120_000)
    const lockedS = junction.until(({ priority }) => priority?.state !== 'notActive')
    expect(lockedS).toBeGreaterThanOrEqual(120)
  })

  it('ends at once for a pre-emption, and its lock-out begins', () => {
    const junction = open()
    junction.until(stage('s2'))
    junction.until(stage('s1'))
    junction.favour(bus('e', 'w'))
    junction.until(({ priority }) => priority?.state === 'earlyGreen')
    junction.demand(call('n'))
    junction.step()
    expect(junction.see()).toMatchObject({
      preempt: { state: 'entryStarted', approach: 'n' },
      priority: { state: 'notActive', lockedMs: 120_000 },
    })
    junction.until(preempt('dwell'))
    junction.pass(30)
    expect(junction.see()).toMatchObject({ preempt: { state: 'dwell' }, priority: { state: 'notActive' } })
  })

  it('does nothing for a bus whose green comes anyway', () => {
    const junction = open()
    junction.until(stage('s2'))
    junction.until(stage('s1'))
    junction.favour(bus('n', 's'))
    junction.pass(10)
    junction.favour()
    junction.pass(1)
    expect(junction.see().priority).toEqual({ state: 'notActive', approach: undefined, lockedMs: 0 })
  })

  it('gives no early green where the table does not, and none at all where it says nothing', () => {
    const late = open(crossing(), { earlyGreen: false })
    late.until(stage('s2'))
    late.until(stage('s1'))
    late.favour(bus('e', 'w'))
    late.pass(10)
    expect(green('v-n', 'p-e')(late.see())).toBe(true)
    const none = new Bench(crossing())
    none.favour(bus('e', 'w'))
    none.until(coordinated)
    expect(none.see().priority).toBeUndefined()
  })

  it.each(tables.flatMap((make) => [make, () => actuated(make(), 'coordinated')]))(
    'is coordinated again within three cycles',
    (make) => {
      const table = { ...make(), priority }
      const target = table.approaches.at(-1)!
      for (let atS = 0; atS < table.cycleS; atS += 9) {
        const junction = new Bench(table)
        for (const { id } of table.detectors ?? []) junction.detect(id, true)
        junction.until(coordinated)
        junction.pass(table.cycleS + atS)
        junction.favour(bus(target.id, target.exits[0]!))
        junction.pass(40)
        junction.favour()
        junction.until(({ priority }) => priority?.state === 'notActive')
        junction.pass(3 * table.cycleS)
        expect(coordinated(junction.see())).toBe(true)
      }
    },
  )

  it('helps a bus in free operation', () => {
    const junction = open(actuated(tee(), 'free'))
    for (const id of ['d-v-e', 'd-v-w']) junction.detect(id, true)
    junction.until(stage('s1'))
    junction.favour(bus('s', 'e'))
    junction.until(green('v-s'), 15)
    expect(junction.see().priority?.state).toBe('earlyGreen')
  })
})

describe('predicted ends', () => {
  interface Prediction {
    state: string
    sinceMs: number
    told: { atMs: number; minEndMs: number; maxEndMs?: number; likelyEndMs?: number }[]
  }

  /** Compares what was told of every state with when it ended. @returns the worst miss, ms, and how much was compared */
  function judge(junction: Bench, durationS: number, each: () => void = () => undefined) {
    const open = new Map<string, Prediction>()
    const worst = { earlyMs: 0, lateMs: 0, likelyMs: 0, compared: 0, untold: 0 }
    for (const endMs = junction.nowMs + durationS * 1000; junction.nowMs < endMs; ) {
      each()
      junction.step()
      const { groups, timing = {} } = junction.see().display
      for (const [id, shown] of Object.entries(groups)) {
        const state = shown.replace(/^(protected|permissive)/, '')
        const before = open.get(id)
        if (before && before.state !== state) {
          for (const { minEndMs, maxEndMs, likelyEndMs } of before.told) {
            worst.earlyMs = Math.max(worst.earlyMs, minEndMs - junction.nowMs)
            if (maxEndMs !== undefined) worst.lateMs = Math.max(worst.lateMs, junction.nowMs - maxEndMs)
            if (likelyEndMs !== undefined)
              worst.likelyMs = Math.max(worst.likelyMs, Math.abs(junction.nowMs - likelyEndMs))
            worst.compared++
          }
        }
        if (before?.state !== state) open.set(id, { state, sinceMs: junction.nowMs, told: [] })
        const told = timing[id]
        if (told) open.get(id)?.told.push({ atMs: junction.nowMs, ...told })
        else worst.untold++
      }
    }
    return worst
  }

  it.each([...tables, teeWithLeft])('are exact to a tick over a fixed-time cycle, for every group', (make) => {
    const table = make()
    const junction = new Bench(table)
    junction.until(coordinated)
    junction.pass(table.cycleS)
    const worst = judge(junction, 3 * table.cycleS)
    expect(worst.compared).toBeGreaterThan(500)
    expect(worst).toMatchObject({ untold: 0 })
    expect(Math.max(worst.earlyMs, worst.lateMs, worst.likelyMs)).toBeLessThanOrEqual(junction.tickMs)
  })

  it('are exact to a tick while the plan comes back to its clock', () => {
    const junction = new Bench(crossing())
    junction.until(coordinated)
    junction.demand(call('e'))
    junction.pass(50)
    junction.demand()
    junction.until(({ display }) => display.stage !== undefined)
    expect(junction.see().display.mode).toBe('recovering')
    const worst = judge(junction, 2 * 69)
    expect(Math.max(worst.earlyMs, worst.lateMs, worst.likelyMs)).toBeLessThanOrEqual(junction.tickMs)
  })

  it.each(
    (['free', 'coordinated'] as const).flatMap((operation) =>
      [...tables, teeWithLeft].map((make) => () => actuated(make(), operation)),
    ),
  )('hold as bounds where traffic decides', (make) => {
    const random = seededRandom(11)
    const junction = new Bench(make())
    junction.until(({ display }) => display.stage !== undefined)
    const detectors = junction.table.detectors ?? []
    const worst = judge(junction, 900, () => {
      for (const { id } of detectors) if (random.next() < 0.05) junction.detect(id, random.next() < 0.4)
    })
    expect(worst.compared).toBeGreaterThan(1000)
    expect(Math.max(worst.earlyMs, worst.lateMs, worst.likelyMs)).toBeLessThanOrEqual(2 * junction.tickMs)
  })
})
