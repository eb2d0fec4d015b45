import { type JunctionTable, stageChangeS } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { Controller, type Recovery } from '../../src/index.ts'
import { crossing, midBlock, tables, tee, teeWithLeft } from '../fixtures.ts'
import { Bench, call, coordinated, green, inStage, preempt, red } from './bench.ts'
import { eightPhase } from './ring-fixtures.ts'

const startMs = Date.parse('2026-11-23T08:15:00Z')
const tickMs = 250
const run = (table: JunctionTable) => new Bench(table)
/** When a stage begins in its cycle, s. */
const startOf = (table: JunctionTable, index: number): number =>
  table.stages
    .slice(0, index)
    .reduce((sum, stage, i) => sum + stage.greenS + stageChangeS(table, stage, table.stages[i + 1]!), 0)

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
    junction.until(preempt('entryStarted'), 1)
    // 4 s safe minimum, 3 s flash, 3 s yellow, 2 s red; the walk ends at once and needs 12 + 1 s.
    expect(junction.until(({ display }) => display.groups['v-e'] !== 'stop-And-Remain')).toBeCloseTo(13, 0)
    expect(junction.see().preempt).toMatchObject({ state: 'dwell', approach: 'e' })
    junction.pass(1)
    expect(junction.see().display.groups['v-e']).toBe('protected-Movement-Allowed')
    const moving = Object.values(junction.see().display.groups).filter((group) => group !== 'stop-And-Remain')
    expect(moving).toHaveLength(1)
  })

  it('ends a walk after its least one, where the table has it', () => {
    const table = crossing()
    const junction = run({ ...table, preempt: { ...table.preempt, minWalkS: 4 } })
    junction.until(inStage('s1'))
    junction.pass(1)
    junction.demand(call('e'))
    expect(junction.until(({ display }) => display.groups['p-e'] === 'protected-clearance')).toBeCloseTo(3, 0)
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
    junction.until(preempt('dwell'), 5)
  })

  it('holds the dwell until the call goes off, its minimum at least', () => {
    const junction = run(crossing())
    junction.until(inStage('s2'))
    junction.demand(call('e'))
    junction.until(preempt('dwell'))
    junction.demand()
    const heldS = junction.until(
      ({ display }) => display.groups['v-e'] !== 'protected-Movement-Allowed' || display.greenFlash.length > 0,
    )
    expect(heldS).toBeGreaterThanOrEqual(crossing().preempt.minDwellS - tickMs / 1000)
    expect(junction.see().preempt.state).toBe('exitStarted')
  })

  it('serves those first who have been red for one and a half cycles', () => {
    const table = crossing()
    const junction = run(table)
    junction.until(inStage('s1'))
    junction.demand(call('n'))
    junction.pass(1.5 * table.cycleS)
    junction.demand()
    junction.until(({ display }) => display.stage !== undefined)
    expect(junction.see().display.stage).toBe('s2')
  })

  it('comes back with less waiting than at once by the clock', () => {
    const waitedS = (recovery: Recovery) =>
      [teeWithLeft(), crossing()].reduce((sum, table) => {
        for (let beginS = 0; beginS < table.cycleS; beginS += 7) {
          for (const approach of table.approaches) sum += waitingS(table, recovery, approach.id, beginS, 35)
        }
        return sum
      }, 0)
    expect(waitedS('shorter-way')).toBeLessThan(0.9 * waitedS('none'))
  })

  it('without recovery comes back with the stage whose turn it is by the clock, for what is left of it', () => {
    const table = crossing()
    let late = 0
    for (let heldS = 10; heldS < 10 + table.cycleS; heldS += 3) {
      const junction = new Bench(table, tickMs, 'none')
      junction.until(coordinated)
      junction.demand(call('n'))
      junction.pass(heldS)
      junction.demand()
      junction.until(({ display }) => display.stage !== undefined)
      const stage = junction.see().display.stage as string
      const index = table.stages.findIndex(({ id }) => id === stage)
      const next = table.stages[(index + 1) % table.stages.length] as (typeof table.stages)[0]
      // The one before may have kept its minimum beyond its place.
      if (!coordinated(junction.see())) late++
      junction.until(({ display }) => display.stage === next.id)
      const startS = index + 1 === table.stages.length ? 0 : startOf(table, index + 1)
      const clockS = (junction.now() / 1000 - table.offsetS - startS + table.cycleS) % table.cycleS
      expect(Math.min(clockS, table.cycleS - clockS)).toBeLessThanOrEqual(2)
      expect(coordinated(junction.see())).toBe(true)
    }
    expect(late).toBe(0)
  })

  it('cannot be without recovery where stages have no fixed times', () => {
    expect(() => new Controller(eightPhase(), 'none')).toThrow(/recovery of junction .* "none"/)
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
    junction.until(preempt('dwell'))
    junction.until(preempt('maxPresence'), 60)
    expect(junction.see().preempt.exhausted).toEqual(['s'])
    junction.pass(100)
    expect(junction.see().preempt.state).toBe('maxPresence')
    junction.demand()
    junction.pass(1)
    junction.demand(call('s'))
    junction.until(preempt('entryStarted'), 1)
  })

  it('interrupts for a more urgent call through a new entry, and goes back when that is over', () => {
    const junction = run(crossing())
    junction.until(coordinated)
    junction.demand(call('n', 4))
    junction.until(preempt('dwell'))
    junction.demand(call('n', 4), call('e', 1))
    junction.until(({ preempt }) => preempt.approach === 'e', 1)
    expect(junction.see().preempt.state).toBe('entryStarted')
    // 3 s flash, 3 s yellow, 2 s red, with the safe minimum before them.
    expect(junction.until(preempt('dwell'))).toBeGreaterThanOrEqual(8)
    junction.demand(call('n', 4))
    junction.until(({ preempt }) => preempt.approach === 'n' && preempt.state === 'dwell', 30)
  })

  it('does not interrupt for a call that is as urgent', () => {
    const junction = run(crossing())
    junction.until(coordinated)
    junction.demand(call('n', 4))
    junction.until(preempt('dwell'))
    junction.demand(call('n', 4), call('e', 4))
    junction.pass(20)
    expect(junction.see().preempt).toMatchObject({ state: 'dwell', approach: 'n' })
  })
})

describe('a pre-emption call', () => {
  const preempted = (more: Partial<JunctionTable['preempt']>, table = crossing()) =>
    run({ ...table, preempt: { ...table.preempt, ...more } })

  it('is on for its delay before entry', () => {
    const junction = preempted({ delayS: 5 })
    junction.until(inStage('s1'))
    junction.demand(call('e'))
    junction.pass(1)
    expect(junction.see().preempt.state).toBe('notActiveWithCall')
    expect(junction.until(preempt('entryStarted'))).toBeCloseTo(4, 0)
  })

  it('is forgotten when it drops during the delay', () => {
    const junction = preempted({ delayS: 5 })
    junction.until(inStage('s1'))
    junction.demand(call('e'))
    junction.pass(3)
    junction.demand()
    junction.pass(0.25)
    expect(junction.see().preempt.state).toBe('notActive')
    expect(() => junction.until(preempt('entryStarted'), 20)).toThrow(/not within/)
  })

  it('proceeds through its dwell when it drops during the delay and is locking', () => {
    const junction = preempted({ delayS: 5, locking: true })
    junction.until(inStage('s1'))
    junction.demand(call('e'))
    junction.pass(3)
    junction.demand()
    junction.until(preempt('entryStarted'), 3)
    junction.until(({ preempt: { state } }) => state !== 'entryStarted', 20)
    expect(junction.see().preempt.state).toBe('dwell')
    expect(junction.until(({ preempt: { state } }) => state !== 'dwell')).toBeGreaterThanOrEqual(5)
    junction.until(coordinated)
    expect(junction.see().preempt.state).toBe('notActive')
  })

  it('skips the dwell when it drops during entry', () => {
    const junction = run(crossing())
    junction.until(inStage('s1'))
    junction.demand(call('e'))
    junction.pass(1)
    junction.demand()
    junction.pass(0.25)
    expect(junction.see().preempt.state).toBe('exitStarted')
  })

  it('lasts for its minimum duration from the end of the delay', () => {
    const junction = preempted({ delayS: 2, minDurationS: 40 })
    junction.until(inStage('s1'))
    const calledMs = junction.now()
    junction.demand(call('e'))
    junction.pass(4)
    junction.demand()
    junction.until(preempt('dwell'))
    const heldS = junction.until(({ preempt: { state } }) => state !== 'dwell')
    expect(heldS).toBeGreaterThan(20)
    expect((junction.now() - calledMs) / 1000).toBeCloseTo(42, 0)
  })

  it('dwells in the green of every group of its approach, with nothing else', () => {
    const junction = run(teeWithLeft())
    junction.until(coordinated)
    junction.demand(call('e'))
    junction.until(preempt('dwell'))
    const moving = Object.entries(junction.see().display.groups).filter(([, group]) => group !== 'stop-And-Remain')
    expect(moving).toEqual([
      ['v-e', 'protected-Movement-Allowed'],
      ['l-e', 'protected-Movement-Allowed'],
    ])
  })

  it('is served with another whose groups go with its own', () => {
    const junction = run(crossing())
    junction.until(inStage('s2'))
    junction.demand(call('n', 3), call('s', 4))
    junction.until(preempt('dwell'))
    expect(junction.see().preempt).toMatchObject({ approach: 'n', together: ['s'] })
    expect(green('v-n', 'v-s')(junction.see())).toBe(true)
    expect(red('v-e', 'v-w', 'p-n', 'p-e', 'p-s', 'p-w')(junction.see())).toBe(true)
  })

  it('comes along in a dwell that has begun, and stays when the first has gone', () => {
    const junction = run(crossing())
    junction.until(inStage('s2'))
    junction.demand(call('n'))
    junction.until(preempt('dwell'))
    junction.pass(10)
    junction.demand(call('n'), call('s'))
    junction.until(green('v-n', 'v-s'), 1)
    junction.pass(6)
    junction.demand(call('s'))
    junction.until(red('v-n'), 20)
    expect(junction.see().preempt).toEqual({ state: 'dwell', approach: 's', exhausted: [] })
    expect(green('v-s')(junction.see())).toBe(true)
  })

  it('does not come along where a more urgent one waits that it would stand in the way of', () => {
    const junction = run(crossing())
    junction.until(inStage('s2'))
    junction.demand(call('n', 1), call('e', 2), call('s', 3))
    junction.until(preempt('dwell'))
    expect(junction.see().preempt.together).toBeUndefined()
    junction.demand(call('e', 2), call('s', 3))
    junction.until(({ preempt: { state, approach } }) => state === 'dwell' && approach === 'e', 30)
  })

  it('does not lose its place to a more urgent one that has to wait for somebody else', () => {
    const junction = run(crossing())
    junction.until(inStage('s2'))
    junction.demand(call('n', 1), call('s', 3))
    junction.until(preempt('dwell'))
    junction.demand(call('n', 1), call('e', 2), call('s', 3))
    junction.pass(10)
    expect(junction.see().preempt).toMatchObject({ state: 'dwell', approach: 'n', together: ['s'] })
  })

  it('is left for the exit groups of the table', () => {
    for (const [exit, stage] of [
      [['v-e'], 's2'],
      [['v-n', 'v-s'], 's1'],
    ] as const) {
      const junction = preempted({ exit: [...exit] })
      junction.until(inStage('s1'))
      junction.demand(call('n'))
      junction.pass(40)
      junction.demand()
      junction.until(({ display }) => display.stage !== undefined)
      expect(junction.see().display.stage).toBe(stage)
    }
  })

  it('tells when its dwell ends, and what is on the way to it', () => {
    const junction = preempted({ minDwellS: 10 })
    junction.until(inStage('s1'))
    junction.pass(1)
    junction.demand(call('e'))
    junction.pass(0.25)
    const endMs = junction.see().display.timing?.['v-n']?.maxEndMs as number
    const greenMs = junction.see().display.timing?.['v-e']?.minEndMs as number
    junction.until(({ display }) => display.groups['v-n'] === 'permissive-clearance')
    expect(Math.abs(junction.now() - endMs)).toBeLessThanOrEqual(tickMs)
    junction.until(preempt('dwell'))
    expect(Math.abs(junction.now() - greenMs)).toBeLessThanOrEqual(tickMs)
    const { minEndMs, maxEndMs } = junction.see().display.timing?.['v-e'] ?? {}
    // Flash included: the movement state lasts through it.
    expect(minEndMs).toBe(junction.now() + 13_000)
    expect(maxEndMs).toBeGreaterThan(junction.now() + 40_000)
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
    junction.until(preempt('dwell'), 40)
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

describe('a green', () => {
  it('is permissive while walkers or a left turn may cross its way, otherwise protected', () => {
    const shown = (table: JunctionTable, stage: string) => {
      const junction = run(table)
      junction.until(inStage(stage))
      const { groups } = junction.see().display
      return Object.fromEntries(Object.entries(groups).map(([id, state]) => [id, state.replace(/-.*/, '')]))
    }
    // Straight on and left in one face, against the same from the other side.
    expect(shown(tee(), 's1')).toMatchObject({ 'v-e': 'permissive', 'v-w': 'permissive' })
    // The left turn has a face of its own, which is red.
    expect(shown(teeWithLeft(), 's1')).toMatchObject({ 'v-e': 'protected', 'v-w': 'protected', 'l-e': 'stop' })
    expect(shown(teeWithLeft(), 's2')).toMatchObject({ 'v-e': 'protected', 'l-e': 'protected' })
    // Who turns right out of the side road meets walkers.
    expect(shown(teeWithLeft(), 's3')).toMatchObject({ 'v-s': 'permissive', 'p-e': 'protected' })
    expect(shown(midBlock(), 's1')).toMatchObject({ 'v-e': 'protected', 'v-w': 'protected' })
  })
})

/** Vehicle seconds at a junction from a pre-emption on, of lanes to which its plan gives 85 % saturation. */
function waitingS(table: JunctionTable, recovery: Recovery, approach: string, beginS: number, heldS: number): number {
  const junction = new Bench(table, 1000, recovery)
  junction.until(coordinated)
  const lanes = table.groups
    .filter(({ kind }) => kind === 'vehicle')
    .map(({ id }) => {
      const greenS = table.stages.reduce((sum, stage) => sum + (stage.groups.includes(id) ? stage.greenS : 0), 0)
      return { id, arrive: (0.85 * 0.5 * greenS) / table.cycleS, count: 0 }
    })
  let sum = 0
  const pass = (seconds: number) => {
    for (let s = 0; s < seconds; s++) {
      junction.pass(1)
      const { display } = junction.see()
      for (const lane of lanes) {
        const served = display.groups[lane.id]?.endsWith('-Movement-Allowed') ? 0.5 : 0
        lane.count = Math.max(0, lane.count + lane.arrive - served)
        sum += lane.count
      }
    }
  }
  pass(3 * table.cycleS + beginS)
  sum = 0
  junction.demand(call(approach))
  pass(heldS)
  junction.demand()
  pass(5 * table.cycleS)
  return sum
}
