import { describe, expect, it } from 'vitest'
import { SimulatedController } from '../../src/index.ts'
import { crossing, midBlock } from '../fixtures.ts'

const startMs = Date.parse('2026-11-23T08:15:00Z')

function open(cabinet = new SimulatedController(crossing())) {
  let nowMs = startMs
  const pass = (durationS: number, each?: () => void) => {
    for (let k = 0; k < durationS * 4; k++) {
      nowMs += 250
      each?.()
      cabinet.step(nowMs)
    }
  }
  pass(60)
  return { cabinet, pass }
}

const call = [{ approach: 'n', urgency: 4 }]

describe('the line to the cabinet', () => {
  it('drops every call by the backup timer when it hears nothing', () => {
    const { cabinet, pass } = open()
    pass(20, () => cabinet.demand(call))
    expect(cabinet.display.mode).toBe('preempted')
    pass(14)
    expect(cabinet.display.mode).toBe('preempted')
    pass(3)
    expect(cabinet.display.mode).not.toBe('preempted')
  })

  it('carries neither demand nor report while it is broken', () => {
    const { cabinet, pass } = open()
    cabinet.connect(false)
    expect(cabinet.report()).toBeUndefined()
    pass(30, () => cabinet.demand(call))
    expect(cabinet.display.mode).not.toBe('preempted')
    cabinet.connect(true)
    pass(5, () => cabinet.demand(call))
    expect(cabinet.report()?.display.mode).toBe('preempted')
  })
})

describe('a tripped conflict monitor', () => {
  /** A cabinet whose monitor expects more yellow than the controller has: the first yellow trips it. */
  function tripped() {
    const table = midBlock()
    const cabinet = new SimulatedController(table, {
      ...table,
      groups: table.groups.map((g) => ({ ...g, yellowS: g.yellowS * 1.2 })),
    })
    return open(cabinet)
  }

  it('flashes, whatever is demanded', () => {
    const { cabinet, pass } = tripped()
    expect(cabinet.trip?.cause).toBe('short-yellow')
    pass(120, () => {
      cabinet.demand([{ approach: 'e', urgency: 1 }])
      cabinet.setControl({ by: 'plan' })
      expect(cabinet.display.mode).toBe('flash')
    })
    expect(cabinet.report()?.preempt.state).toBe('other')
  })

  it('starts up again only after a reset at the cabinet', () => {
    const { cabinet, pass } = tripped()
    cabinet.reset()
    expect(cabinet.trip).toBeUndefined()
    pass(2)
    expect(cabinet.display.mode).toBe('recovering')
  })
})
