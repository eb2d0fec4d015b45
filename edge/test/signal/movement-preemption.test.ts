import type { JunctionTable } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { crossing, fourStages } from '../fixtures.ts'
import { Bench, call, green, inStage, preempt, red } from './bench.ts'

const run = (table: JunctionTable) => new Bench(table)

describe('a pre-emption that serves movements', () => {
  const towards = (approach: string, exit: string, urgency = 4) => ({ approach, exit, urgency })

  it('dwells in the green of the movement, and the rest of its stage comes along', () => {
    const junction = run(fourStages())
    junction.until(inStage('s3'))
    junction.demand(towards('n', 's'))
    junction.until(preempt('dwell'))
    expect(green('v-n', 'v-s')(junction.see())).toBe(true)
    expect(red('l-n', 'l-s', 'v-e', 'v-w', 'l-e', 'l-w')(junction.see())).toBe(true)
    junction.pass(40)
    expect(green('v-n', 'v-s')(junction.see())).toBe(true)
    expect(junction.see().preempt).toMatchObject({ state: 'dwell', approach: 'n' })
  })

  it('has nobody come along whom its left turns would have to wait for', () => {
    const table = crossing()
    const junction = run({ ...table, preempt: { ...table.preempt, serves: 'movement' } })
    junction.until(inStage('s2'))
    junction.demand(towards('n', 's'))
    junction.until(preempt('dwell'))
    junction.pass(20)
    expect(green('v-n')(junction.see())).toBe(true)
    expect(red('v-s', 'v-e', 'v-w')(junction.see())).toBe(true)
  })

  it('ends nothing of a stage that shows the movement already', () => {
    const junction = run(fourStages())
    junction.until(inStage('s4'))
    junction.pass(3)
    junction.demand(towards('e', 's'))
    junction.pass(30)
    expect(green('l-e', 'l-w')(junction.see())).toBe(true)
    expect(junction.see().preempt.state).toBe('dwell')
  })

  it('has the whole approach green for two that go different ways from it, and nothing else', () => {
    const junction = run(fourStages())
    junction.until(inStage('s1'))
    junction.demand(towards('n', 's'), towards('n', 'e', 5))
    junction.until(preempt('dwell'))
    expect(green('v-n', 'l-n')(junction.see())).toBe(true)
    expect(red('v-s', 'l-s', 'v-e', 'v-w', 'l-e', 'l-w')(junction.see())).toBe(true)
  })

  it('enters anew when the vehicle goes another way from the same approach', () => {
    const junction = run(fourStages())
    junction.demand(towards('n', 's'))
    junction.until(preempt('dwell'))
    junction.demand(towards('n', 'e'))
    junction.step()
    expect(junction.see().preempt.state).toBe('entryStarted')
    junction.until(preempt('dwell'))
    expect(green('l-n', 'l-s')(junction.see())).toBe(true)
    expect(red('v-n', 'v-s')(junction.see())).toBe(true)
  })

  it('serves two opposite movements of one stage together, but not two that cross', () => {
    const junction = run(fourStages())
    junction.until(inStage('s3'))
    junction.demand(towards('n', 's'), towards('s', 'n', 5))
    junction.until(preempt('dwell'))
    expect(junction.see().preempt).toMatchObject({ approach: 'n', together: ['s'] })
    junction.demand(towards('n', 's'), towards('s', 'w', 5))
    junction.pass(30)
    expect(junction.see().preempt.approach).toBe('n')
    expect(junction.see().preempt.together).toBeUndefined()
    expect(red('l-s', 'l-n')(junction.see())).toBe(true)
  })

  it('serves the whole approach where the call names no exit', () => {
    const junction = run(fourStages())
    junction.demand(call('w'))
    junction.until(preempt('dwell'))
    expect(green('v-w', 'l-w')(junction.see())).toBe(true)
    expect(red('v-e', 'l-e')(junction.see())).toBe(true)
  })

  it('tells that what comes along lasts as long as what is served', () => {
    const junction = run(fourStages())
    junction.demand(towards('n', 's'))
    junction.until(preempt('dwell'))
    junction.pass(5)
    const { timing } = junction.see().display
    expect(timing?.['v-s']).toBeDefined()
    expect(timing?.['v-s']).toEqual(timing?.['v-n'])
  })
})
