import { type SignalRequest, toTimestamp } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { SimulatedController } from '../../src/index.ts'
import { type Answer, Arbiter } from '../../src/signal/arbiter.ts'
import { crossing } from '../fixtures.ts'

const startMs = Date.parse('2026-11-23T08:15:00Z')

/** An arbiter before a simulated cabinet that has started up. */
function open() {
  const table = crossing()
  const cabinet = new SimulatedController(table)
  const arbiter = new Arbiter(table)
  let nowMs = startMs
  const answers: Answer[] = []
  const pass = (durationS: number, each?: () => void) => {
    for (let k = 0; k < durationS * 4; k++) {
      nowMs += 250
      if (k % 4 === 0) each?.()
      cabinet.step(nowMs)
      const { calls, answers: more } = arbiter.step(nowMs, nowMs, cabinet.report())
      cabinet.demand(calls)
      answers.push(...more)
    }
  }
  pass(240)
  const sequences = new Map<string, number>()
  const send = (id: string, more: Partial<SignalRequest> = {}) => {
    const sequence = (sequences.get(id) ?? 0) + 1
    sequences.set(id, sequence)
    arbiter.receive(
      {
        id: `gw:${id}:${sequence}`,
        at: toTimestamp(nowMs),
        request: id,
        type: sequence === 1 ? 'new' : 'update',
        sequence,
        vehicle: `amb-${id}`,
        role: 'ambulance',
        importance: '1/4',
        approach: 'n',
        exit: 's',
        arrivalEarliest: toTimestamp(nowMs + 60_000),
        arrivalLatest: toTimestamp(nowMs + 90_000),
        leaseUntil: toTimestamp(nowMs + 5000),
        expiresAt: toTimestamp(nowMs + 5000),
        ...more,
      },
      nowMs,
    )
  }
  const told = (id: string) => answers.filter(({ request }) => request === id).map(({ status }) => status)
  const reasons = (id: string) => answers.filter(({ request }) => request === id).map(({ reason }) => reason)
  return { table, cabinet, arbiter, answers, pass, send, told, reasons, now: () => nowMs }
}

describe('a request', () => {
  it('is told requested, processing, and granted once the green is displayed', () => {
    const { pass, send, told, answers, cabinet, table, now } = open()
    const red = table.approaches.find(({ group }) => cabinet.display.groups[group] === 'stop-And-Remain')!
    const { id: approach, group, exits } = red
    pass(20, () => send('a', { approach, exit: exits[0]! }))
    expect(told('a').filter((status) => status !== 'requested')).toEqual(['processing', 'granted'])
    expect(cabinet.display.groups[group]).toBe('protected-Movement-Allowed')
    expect(answers.at(-1)?.greenAtMs).toBeLessThanOrEqual(now())
  })

  it('ends by silence when its lease runs out, and lives again with the next update', () => {
    const { pass, send, told, cabinet } = open()
    pass(20, () => send('a'))
    pass(6)
    expect(told('a').at(-1)).toBe('rejected')
    pass(10)
    expect(cabinet.display.mode).not.toBe('preempted')
    pass(20, () => send('a'))
    expect(told('a').at(-1)).toBe('granted')
    pass(6)
    expect(told('a').at(-1)).toBe('rejected')
  })

  it('is never held longer than ten seconds by one message, whatever its lease claims', () => {
    const { pass, send, told, now } = open()
    send('a', { leaseUntil: toTimestamp(now() + 3_600_000) })
    pass(9)
    expect(told('a')).not.toContain('rejected')
    pass(2)
    expect(told('a').at(-1)).toBe('rejected')
  })

  it('is released ten seconds after its latest arrival', () => {
    const { pass, send, reasons, arbiter, now } = open()
    const until = { arrivalEarliest: toTimestamp(now()), arrivalLatest: toTimestamp(now() + 5000) }
    pass(14, () => send('a', until))
    expect(arbiter.requests).toHaveLength(1)
    pass(3, () => send('a', until))
    expect(arbiter.requests).toHaveLength(0)
    expect(reasons('a')).toContain('latest arrival passed')
  })

  it('is answered again when it comes as new under a new number: the first answer was not heard', () => {
    const { pass, send, told } = open()
    pass(30, () => send('a'))
    const before = told('a').length
    pass(3, () => send('a', { type: 'new' }))
    expect(told('a').slice(before)).toEqual(['granted', 'granted', 'granted'])
    pass(3, () => send('x', { approach: 'x', type: 'new' }))
    expect(told('x')).toEqual(['rejected', 'rejected', 'rejected'])
    pass(60, () => send('a'))
    expect(told('a').at(-1)).toBe('maxPresence')
    const ended = told('a').length
    pass(2, () => send('a'))
    send('a', { type: 'new' })
    pass(1)
    expect(told('a').slice(ended)).toEqual(['maxPresence'])
  })

  it('stays cancelled, also when its cancel overtook it', () => {
    const { pass, send, arbiter, answers } = open()
    send('a', { type: 'cancel', sequence: 2 })
    send('a', { type: 'new', sequence: 1 })
    send('a', { type: 'update', sequence: 3 })
    pass(5)
    expect(arbiter.requests).toEqual([])
    expect(answers).toEqual([])
  })

  it('of a bus is refused what an emergency vehicle gets', () => {
    const { pass, send, told, reasons, cabinet } = open()
    pass(10, () => send('b', { role: 'bus', importance: '1/1' }))
    expect(told('b')).toEqual(['rejected'])
    expect(reasons('b')[0]).toContain('role bus')
    expect(cabinet.display.mode).toBe('coordinated')
  })

  it.each([
    ['an unknown approach', { approach: 'x' }, /approach "x" is not one of n, e, s, w/],
    ['an exit out of reach', { exit: 'n' }, /exit "n" cannot be reached from approach "n", only e, s, w/],
    ['an arrival window that ends before it begins', { arrivalLatest: toTimestamp(startMs) }, /before arrivalEarliest/],
    ['a lease that has ended', { leaseUntil: toTimestamp(startMs) }, /leaseUntil .* has passed/],
  ])('with %s is refused by name', (_, wrong, reason) => {
    const { pass, send, told, reasons } = open()
    pass(3, () => send('a', wrong))
    expect(told('a')).toEqual(['rejected'])
    expect(reasons('a')[0]).toMatch(reason)
  })

  it('is told the maximum presence, and its vehicle is locked out for a cycle', () => {
    const { pass, send, told, table } = open()
    pass(table.preempt.maxPresenceS + 5, () => send('a'))
    expect(told('a').at(-1)).toBe('maxPresence')
    pass(3, () => send('again', { vehicle: 'amb-a' }))
    expect(told('again')).toEqual(['reserviceLocked'])
    pass(3, () => send('other'))
    expect(told('other')).toContain('granted')
    send('other', { type: 'cancel' })
    pass(table.cycleS, () => send('again', { vehicle: 'amb-a' }))
    expect(told('again').at(-1)).toBe('granted')
  })

  it('is refused while a hand holds the controller, and not tried again', () => {
    const { pass, send, told, reasons, cabinet } = open()
    cabinet.setControl({ by: 'hand', stage: 's2' })
    pass(10, () => send('a'))
    expect(told('a')).toEqual(['rejected'])
    expect(reasons('a')).toEqual(['controller is in manual mode'])
    cabinet.setControl({ by: 'plan' })
    pass(10, () => send('a'))
    expect(told('a')).toEqual(['rejected'])
  })

  it('is refused while the controller does not answer, and served when it does again', () => {
    const { pass, send, reasons, told, cabinet } = open()
    cabinet.connect(false)
    pass(3, () => send('a'))
    expect(reasons('a')).toEqual(['controller does not answer'])
    cabinet.connect(true)
    pass(30, () => send('a'))
    expect(told('a').at(-1)).toBe('granted')
  })
})

describe('of two requests', () => {
  it('those from one approach are served together', () => {
    const { pass, send, told } = open()
    pass(30, () => {
      send('a')
      send('b')
    })
    expect(told('a').at(-1)).toBe('granted')
    expect(told('b').at(-1)).toBe('granted')
  })

  it('the later waits where it is not more urgent, and is served when the first has gone', () => {
    const { pass, send, told, reasons } = open()
    pass(30, () => send('a'))
    pass(20, () => {
      send('a')
      send('b', { approach: 'e', exit: 'w', arrivalEarliest: toTimestamp(startMs), importance: '1/4' })
    })
    expect(told('a').at(-1)).toBe('granted')
    expect(told('b')).toEqual(['watchOtherTraffic'])
    expect(reasons('b')).toEqual(['waits for request a'])
    send('a', { type: 'cancel' })
    pass(30, () => send('b', { approach: 'e', exit: 'w' }))
    expect(told('b').at(-1)).toBe('granted')
  })

  it('a more urgent one displaces the running one at once', () => {
    const { pass, send, told, cabinet } = open()
    pass(30, () => send('a'))
    pass(1, () => send('fire', { approach: 'e', exit: 'w', role: 'fire', importance: '1/3' }))
    pass(1)
    expect(cabinet.report()?.preempt).toMatchObject({ state: 'entryStarted', approach: 'e' })
    pass(20, () => {
      send('a')
      send('fire', { approach: 'e', exit: 'w', importance: '1/3' })
    })
    expect(told('fire').at(-1)).toBe('granted')
    expect(told('a').at(-1)).toBe('watchOtherTraffic')
  })

  it('none is displaced inside its stopping distance', () => {
    const { pass, send, told, now } = open()
    const here = () => ({ arrivalEarliest: toTimestamp(now() + 2000), arrivalLatest: toTimestamp(now() + 8000) })
    pass(30, () => send('a', here()))
    pass(10, () => {
      send('a', here())
      send('fire', { approach: 'e', exit: 'w', importance: '1/1' })
    })
    expect(told('a').at(-1)).toBe('granted')
    expect(told('fire').at(-1)).toBe('watchOtherTraffic')
  })
})
