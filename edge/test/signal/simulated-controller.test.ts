import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConflictMonitor, Controller, SimulatedController } from '../../src/index.ts'
import { actuated, crossing, midBlock } from '../fixtures.ts'

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

afterEach(() => vi.restoreAllMocks())

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

describe('what is wired to the cabinet', () => {
  it('drops every call after the backup time that was set', () => {
    const { cabinet, pass } = open(new SimulatedController(crossing(), crossing(), 5))
    pass(20, () => cabinet.demand(call))
    pass(4)
    expect(cabinet.report()?.preempt.state).toBe('dwell')
    pass(2)
    expect(cabinet.report()?.preempt.state).not.toBe('dwell')
  })

  it('drops transit calls by the same timer', () => {
    const priority = { maxExtensionS: 60, earlyGreen: false, reserviceS: 0 }
    const { cabinet, pass } = open(new SimulatedController({ ...crossing(), priority }))
    const extending = () => cabinet.report()?.priority?.state === 'extending'
    pass(100, () => {
      if (!extending()) cabinet.demand([], [{ approach: 'n', exit: 's', urgency: 30 }])
    })
    let heldS = 0
    for (; extending() && heldS < 60; heldS++) pass(1)
    expect(heldS).toBeLessThan(16)
  })

  it('hands detectors to the controller, and to its successor after a reset', () => {
    const cabinet = new SimulatedController(actuated(crossing(), 'free'))
    cabinet.detect('d-v-e', true)
    const { pass } = open(cabinet)
    expect(cabinet.report()?.detectors).toEqual(['d-v-e'])
    expect(cabinet.display.groups['v-e']).toBe('permissive-Movement-Allowed')
    vi.spyOn(Controller.prototype, 'step').mockImplementationOnce(() => {
      throw new Error('stack overflow')
    })
    expect(() => pass(0.25)).toThrow('stack overflow')
    cabinet.reset()
    expect(cabinet.report()?.detectors).toEqual(['d-v-e'])
    expect(() => cabinet.detect('d-x', true)).toThrow(/has no detector "d-x", it has d-v-n, /)
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

describe('a controller that stops', () => {
  /** A cabinet in its plan whose controller dies in its next step. */
  function dying() {
    const { cabinet, pass } = open()
    pass(240)
    expect(cabinet.display.mode).toBe('coordinated')
    vi.spyOn(Controller.prototype, 'step').mockImplementationOnce(() => {
      throw new Error('stack overflow')
    })
    expect(() => pass(0.25)).toThrow('stack overflow')
    return { cabinet, pass }
  }

  it('is replaced by flashing within three seconds, and says so', () => {
    const { cabinet, pass } = dying()
    pass(2.5)
    expect(cabinet.display.mode).toBe('coordinated')
    pass(0.5)
    expect(cabinet.trip?.cause).toBe('silence')
    expect(cabinet.report()).toMatchObject({ display: { mode: 'flash' }, preempt: { state: 'other' } })
    expect(Object.values(cabinet.display.groups)).not.toContain('permissive-Movement-Allowed')
  })

  it('would show its last greens for ever if the monitor did not listen for silence', () => {
    vi.spyOn(ConflictMonitor.prototype, 'pulse').mockReturnValue(undefined)
    const { cabinet, pass } = dying()
    pass(60)
    expect(cabinet.display.mode).toBe('coordinated')
  })

  it('keeps flashing whatever is asked, until somebody resets the cabinet', () => {
    const { cabinet, pass } = dying()
    pass(60, () => {
      cabinet.demand(call)
      cabinet.setControl({ by: 'plan' })
      cabinet.connect(true)
    })
    expect(cabinet.display.mode).toBe('flash')
    cabinet.reset()
    pass(240)
    expect(cabinet.trip).toBeUndefined()
    expect(cabinet.display.mode).toBe('coordinated')
  })
})

it('a cabinet whose monitor is weaker than its controller is not built', () => {
  const table = crossing()
  const monitored = { ...table, intergreens: table.intergreens.slice(2) }
  expect(() => new SimulatedController(table, monitored)).toThrow(/v-n → v-e is missing/)
})
