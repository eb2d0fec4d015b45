import type { JunctionTable } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { Controller, type PreemptCall } from '../../src/index.ts'
import { crossing, midBlock, tables, tee } from '../fixtures.ts'

// A multiple of every fixture's cycle is not needed: the plan is compared with the clock itself.
const startMs = Date.parse('2026-11-23T08:15:00Z')
const tickMs = 250

/** A controller and its clock. `until` steps to the first tick at which the picture is true. */
function run(table: JunctionTable) {
  const controller = new Controller(table)
  let nowMs = startMs
  let calls: PreemptCall[] = []
  const see = () => controller.report
  const step = () => {
    nowMs += tickMs
    controller.demand(calls)
    controller.step(nowMs, nowMs)
  }
  controller.step(nowMs, nowMs)
  return {
    controller,
    see,
    now: () => nowMs,
    demand: (...wanted: PreemptCall[]) => {
      calls = wanted
    },
    pass: (durationS: number) => {
      for (let k = 0; k < (durationS * 1000) / tickMs; k++) step()
    },
    /** @returns seconds it took */
    until: (picture: (report: ReturnType<typeof see>) => boolean, withinS = 1000) => {
      const fromMs = nowMs
      while (!picture(see())) {
        if (nowMs - fromMs > withinS * 1000) {
          throw new Error(`not within ${withinS} s, but ${JSON.stringify(see())}`)
        }
        step()
      }
      return (nowMs - fromMs) / 1000
    },
  }
}

type Report = Controller['report']
const coordinated = ({ display }: Report) => display.mode === 'coordinated'
const inStage = (id: string) => (report: Report) => coordinated(report) && report.display.stage === id
const state = (wanted: string) => (report: Report) => report.preempt.state === wanted
const call = (approach: string, urgency = 4): PreemptCall => ({ approach, urgency })

describe('start-up', () => {
  it('flashes, shows a steady yellow, then all red, then the first stage', () => {
    const junction = run(crossing())
    const pictures: string[] = []
    while (junction.see().display.stage === undefined) {
      const { groups } = junction.see().display
      const picture = `${groups['v-n']} ${groups['p-n']}`
      if (pictures.at(-1) !== picture) pictures.push(picture)
      junction.pass(tickMs / 1000)
    }
    expect(pictures).toEqual([
      'caution-Conflicting-Traffic dark',
      'permissive-clearance stop-And-Remain',
      'stop-And-Remain stop-And-Remain',
    ])
    expect(junction.see().display.stage).toBe('s1')
  })
})

describe('coordination', () => {
  it.each(tables)('starts every stage on the clock, cycle after cycle', (make) => {
    const table = make()
    const junction = run(table)
    junction.until(coordinated)
    junction.pass(table.cycleS)
    for (let cycle = 0; cycle < 5; cycle++) {
      junction.until(({ display }) => display.stage !== 's1')
      junction.until(({ display }) => display.stage === 's1')
      expect(coordinated(junction.see())).toBe(true)
      const behindS = (((junction.now() / 1000 - table.offsetS) % table.cycleS) + table.cycleS) % table.cycleS
      expect(Math.min(behindS, table.cycleS - behindS)).toBeLessThanOrEqual(1)
    }
  })

  it('predicts the end of the present stage', () => {
    const junction = run(crossing())
    junction.until(inStage('s1'))
    junction.pass(5)
    const { minEndMs, maxEndMs } = junction.see().display
    expect(minEndMs).toBe(maxEndMs)
    junction.until(({ display }) => display.groups['p-e'] !== 'protected-Movement-Allowed')
    expect(Math.abs(junction.now() - (minEndMs as number))).toBeLessThanOrEqual(tickMs)
  })

  it('keeps vehicles green while the walkers of the same stage clear', () => {
    const junction = run(crossing())
    junction.until(inStage('s1'))
    const walkS = junction.until(({ display }) => display.groups['p-e'] === 'protected-clearance')
    const driveS = junction.until(({ display }) => display.greenFlash.includes('v-n'))
    expect(walkS).toBeCloseTo(25, 0)
    // 12 s of clearance and 1 s of red against 3 s of flash, 3 s of yellow and 2 s of red.
    expect(driveS).toBeCloseTo(5, 0)
  })

  it('shows green flash, where the table has it, before yellow', () => {
    const junction = run(crossing())
    junction.until(({ display }) => display.greenFlash.length === 2)
    expect(junction.see().display.groups['v-n']).toBe('permissive-Movement-Allowed')
    expect(junction.until(({ display }) => display.groups['v-n'] === 'permissive-clearance')).toBe(3)
    expect(junction.until(({ display }) => display.groups['v-n'] === 'stop-And-Remain')).toBe(3)
  })

  it('is back on its clock within three cycles after the clock was set', () => {
    for (const leapS of [-40, -7, 9, 3600.5, 86_400 * 400]) {
      const table = tee()
      const controller = new Controller(table)
      let nowMs = startMs
      let upMs = 0
      const pass = (durationS: number) => {
        for (let k = 0; k < durationS * 4; k++) {
          nowMs += 250
          upMs += 250
          controller.step(nowMs, upMs)
        }
      }
      pass(5 * table.cycleS)
      expect(controller.report.display.mode).toBe('coordinated')
      nowMs += leapS * 1000
      pass(4 * table.cycleS)
      expect(controller.report.display.mode).toBe('coordinated')
    }
  })
})

describe('pre-emption', () => {
  it('ends a conflicting green at the safe minimum, in full flash, yellow and red, then dwells alone', () => {
    const table = crossing()
    const junction = run(table)
    junction.until(inStage('s1'))
    junction.demand(call('e'))
    junction.until(state('entryStarted'), 1)
    // 4 s safe minimum, 3 s flash, 3 s yellow, 2 s red; the walk ends at once and needs 12 + 1 s.
    expect(junction.until(({ display }) => display.groups['v-e'] !== 'stop-And-Remain')).toBeCloseTo(13, 0)
    expect(junction.see().preempt).toMatchObject({ state: 'dwell', approach: 'e' })
    junction.pass(1)
    expect(junction.see().display.groups['v-e']).toBe('protected-Movement-Allowed')
    const moving = Object.values(junction.see().display.groups).filter((group) => group !== 'stop-And-Remain')
    expect(moving).toHaveLength(1)
  })

  it('holds a wanted green that is already shown', () => {
    const junction = run(crossing())
    junction.until(inStage('s1'))
    junction.demand(call('n'))
    junction.pass(40)
    expect(junction.see().preempt.state).toBe('dwell')
    junction.until(({ display }) => display.groups['v-n'] === 'protected-Movement-Allowed', 0)
  })

  it('waits for a wanted green that is just ending', () => {
    const junction = run(crossing())
    junction.until(inStage('s1'))
    junction.until(({ display }) => display.groups['v-n'] === 'permissive-clearance')
    junction.demand(call('n'))
    junction.until(({ display }) => display.groups['v-n'] === 'stop-And-Remain', 3)
    junction.until(state('dwell'), 5)
  })

  it('holds the dwell until the call goes off, its minimum at least', () => {
    const junction = run(crossing())
    junction.until(inStage('s2'))
    junction.demand(call('e'))
    junction.until(state('dwell'))
    junction.demand()
    const heldS = junction.until(
      ({ display }) => display.groups['v-e'] !== 'protected-Movement-Allowed' || display.greenFlash.length > 0,
    )
    expect(heldS).toBeGreaterThanOrEqual(crossing().preempt.minDwellS - tickMs / 1000)
    expect(junction.see().preempt.state).toBe('exitStarted')
  })

  it('serves those first who have waited longest', () => {
    const junction = run(crossing())
    junction.until(inStage('s1'))
    junction.demand(call('n'))
    junction.pass(50)
    junction.demand()
    junction.until(({ display }) => display.stage !== undefined)
    expect(junction.see().display.stage).toBe('s2')
  })

  it.each(tables)('is coordinated again at most three cycles after the last green of the pre-emption', (make) => {
    const table = make()
    for (let heldS = 10; heldS < 10 + table.cycleS; heldS += 4) {
      const junction = run(table)
      junction.until(coordinated)
      junction.demand(call(table.approaches[0]!.id))
      junction.pass(Math.min(heldS, 55))
      junction.demand()
      junction.until(({ display }) => display.stage !== undefined)
      expect(junction.until(coordinated)).toBeLessThanOrEqual(3 * table.cycleS)
    }
  })

  it('returns to normal after the maximum presence and ignores the call until it goes off', () => {
    const junction = run(tee())
    junction.until(coordinated)
    junction.demand(call('s'))
    junction.until(state('dwell'))
    junction.until(state('maxPresence'), 60)
    expect(junction.see().preempt.exhausted).toEqual(['s'])
    junction.pass(100)
    expect(junction.see().preempt.state).toBe('maxPresence')
    junction.demand()
    junction.pass(1)
    junction.demand(call('s'))
    junction.until(state('entryStarted'), 1)
  })

  it('interrupts for a more urgent call through a new entry, and goes back when that is over', () => {
    const junction = run(crossing())
    junction.until(coordinated)
    junction.demand(call('n', 4))
    junction.until(state('dwell'))
    junction.demand(call('n', 4), call('e', 1))
    junction.until(({ preempt }) => preempt.approach === 'e', 1)
    expect(junction.see().preempt.state).toBe('entryStarted')
    // 3 s flash, 3 s yellow, 2 s red, with the safe minimum before them.
    expect(junction.until(state('dwell'))).toBeGreaterThanOrEqual(8)
    junction.demand(call('n', 4))
    junction.until(({ preempt }) => preempt.approach === 'n' && preempt.state === 'dwell', 30)
  })

  it('does not interrupt for a call that is as urgent', () => {
    const junction = run(crossing())
    junction.until(coordinated)
    junction.demand(call('n', 4))
    junction.until(state('dwell'))
    junction.demand(call('n', 4), call('e', 4))
    junction.pass(20)
    expect(junction.see().preempt).toMatchObject({ state: 'dwell', approach: 'n' })
  })
})

describe('the hand at the cabinet', () => {
  it('holds its stage and beats every call', () => {
    const junction = run(crossing())
    junction.until(coordinated)
    junction.controller.setControl({ by: 'hand', stage: 's2' })
    junction.demand(call('n'))
    junction.pass(40)
    expect(junction.see()).toMatchObject({ display: { mode: 'manual', stage: 's2' }, preempt: { state: 'other' } })
    junction.controller.setControl({ by: 'plan' })
    junction.until(state('dwell'), 40)
  })

  it('reaches flashing through a full clearance and leaves it through yellow and red', () => {
    const junction = run(midBlock())
    junction.until(inStage('s1'))
    junction.controller.setControl({ by: 'flash' })
    expect(junction.until(({ display }) => display.mode === 'flash')).toBeGreaterThanOrEqual(3)
    junction.pass(10)
    junction.controller.setControl({ by: 'plan' })
    junction.pass(0.25)
    expect(junction.see().display.groups).toEqual({
      'v-e': 'permissive-clearance',
      'v-w': 'permissive-clearance',
      'p-e': 'stop-And-Remain',
    })
    junction.until(coordinated)
  })

  it('may change its mind on the way to flashing', () => {
    const junction = run(midBlock())
    junction.until(inStage('s1'))
    junction.controller.setControl({ by: 'flash' })
    junction.pass(1)
    junction.controller.setControl({ by: 'plan' })
    junction.until(coordinated)
  })

  it('is refused an unknown stage', () => {
    expect(() => run(tee()).controller.setControl({ by: 'hand', stage: 's9' })).toThrow(/no stage "s9"/)
  })
})
