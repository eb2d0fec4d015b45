import { type JunctionTable, type SignalRequest, toTimestamp } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { type ControllerReport, SimulatedController } from '../../src/index.ts'
import { type Answer, Arbiter, type Decision } from '../../src/signal/arbiter.ts'
import { crossing, tee } from '../fixtures.ts'

const startMs = Date.parse('2026-11-23T08:15:00Z')

/** An arbiter before a simulated cabinet that has started up. */
function open() {
  const table = crossing()
  const cabinet = new SimulatedController(table)
  const arbiter = new Arbiter(table, startMs)
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
    pass(30, () => send('other'))
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
    expect(new Set(told('b'))).toEqual(new Set(['watchOtherTraffic']))
    expect(reasons('b')[0]).toMatch(/^waits for request a, expected delay \d+ s$/)
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

type Preempt = Partial<ControllerReport['preempt']>

/** An arbiter before a controller that says what the test lets it say. */
function scripted(table: JunctionTable = crossing(), together?: (a: string, b: string) => boolean) {
  const arbiter = new Arbiter(table, startMs, together)
  let nowMs = startMs
  let decision: Decision = { calls: [], priority: [], answers: [] }
  const answers: Answer[] = []
  const report = (preempt: Preempt = {}, green: readonly string[] = [], more: Partial<ControllerReport> = {}) => {
    const groups = Object.fromEntries(
      table.groups.map(({ id }) => [
        id,
        green.includes(id) ? ('protected-Movement-Allowed' as const) : ('stop-And-Remain' as const),
      ]),
    )
    const mode = preempt.state === 'entryStarted' || preempt.state === 'dwell' ? 'preempted' : 'coordinated'
    const display = {
      mode,
      stage: undefined,
      groups,
      greenFlash: [],
      minEndMs: undefined,
      maxEndMs: undefined,
    } as const
    said = { display, preempt: { state: 'notActive', approach: undefined, exhausted: [], ...preempt }, ...more }
  }
  let said: ControllerReport | undefined
  report()
  let count = 0
  const sequences = new Map<string, number>()
  /** `way`: `n>s`. */
  const message = (id: string, way: string, more: Partial<SignalRequest> = {}): SignalRequest => {
    const sequence = (sequences.get(id) ?? 0) + 1
    sequences.set(id, sequence)
    return {
      ...{
        id: `gw:${count++}`,
        at: toTimestamp(nowMs),
        request: id,
        type: sequence === 1 ? 'new' : 'update',
        sequence,
      },
      ...{ vehicle: `amb-${id}`, role: 'ambulance', importance: '1/4', approach: way[0]!, exit: way[2]! },
      ...{ arrivalEarliest: toTimestamp(nowMs + 20_000), arrivalLatest: toTimestamp(nowMs + 30_000) },
      ...{ leaseUntil: toTimestamp(nowMs + 5000), expiresAt: toTimestamp(nowMs + 5000) },
      ...more,
    }
  }
  const step = (durationS = 0.25) => {
    nowMs += durationS * 1000
    decision = arbiter.step(nowMs, nowMs, said)
    answers.push(...decision.answers)
  }
  const receive = (sent: SignalRequest) => {
    arbiter.receive(sent, nowMs)
    step(0)
  }
  const send = (id: string, way: string, more: Partial<SignalRequest> = {}) => receive(message(id, way, more))
  return {
    ...{ arbiter, answers, report, message, receive, send, step },
    mute: () => {
      said = undefined
    },
    at: (seconds: number) => toTimestamp(nowMs + seconds * 1000),
    last: (id: string) => answers.findLast(({ request }) => request === id),
    told: (id: string) => answers.filter(({ request }) => request === id).map(({ status }) => status),
    calls: () => decision.calls.map(({ approach }) => approach),
    urgencies: () => decision.calls.map(({ urgency }) => urgency),
    priority: () => decision.priority,
  }
}

describe('requests whose ways do not conflict', () => {
  it('are called at the same time, and each is told what its own approach shows', () => {
    const { send, report, step, calls, told } = scripted()
    send('a', 'n>s')
    send('b', 's>n')
    expect(calls()).toEqual(['n', 's'])
    report({ state: 'entryStarted', approach: 'n', together: ['s'] }, ['v-s'])
    step()
    expect([told('a'), told('b')]).toEqual([
      ['requested', 'processing'],
      ['requested', 'granted'],
    ])
    report({ state: 'dwell', approach: 'n', together: ['s'] }, ['v-s', 'v-n'])
    step()
    expect(told('a').at(-1)).toBe('granted')
    report({ state: 'dwell', approach: 'n' }, ['v-n'])
    step()
    expect(told('b').at(-1)).toBe('requested')
  })

  it('are not granted by a green of the plan', () => {
    const { send, report, step, told } = scripted()
    report({}, ['v-n', 'v-s'])
    send('a', 'n>s')
    step()
    expect(told('a')).toEqual(['requested'])
  })

  it('are served together by a controller too', () => {
    const { pass, send, told, cabinet } = open()
    pass(30, () => {
      send('a')
      send('b', { approach: 's', exit: 'n' })
    })
    expect([told('a').at(-1), told('b').at(-1)]).toEqual(['granted', 'granted'])
    expect(cabinet.report()?.preempt).toMatchObject({ state: 'dwell', together: [expect.any(String)] })
  })

  it('go by their ways, not by their approaches: a left turn waits for the opposite straight on', () => {
    const { send, calls, last } = scripted()
    send('a', 'n>s')
    send('b', 's>w')
    expect(calls()).toEqual(['n'])
    expect(last('b')).toMatchObject({ status: 'watchOtherTraffic', reason: expect.stringContaining('request a') })
    send('b', 's>e')
    expect(calls()).toEqual(['n', 's'])
  })

  it('lose their turn when a change of exit brings them across another', () => {
    const { send, calls, last } = scripted()
    send('a', 'n>s')
    send('b', 's>n')
    send('b', 's>w')
    expect(calls()).toEqual(['n'])
    expect(last('b')?.status).toBe('watchOtherTraffic')
  })

  it('do not pass one that waits, unless they cost it nothing', () => {
    const { send, at, calls, last } = scripted()
    send('a', 'n>s')
    send('b', 'e>w', { arrivalEarliest: at(21) })
    send('c', 's>n', { arrivalEarliest: at(25), arrivalLatest: at(40) })
    expect(calls()).toEqual(['n'])
    expect(last('c')?.reason).toContain('waits for request b')
    send('d', 's>n', { arrivalEarliest: at(25), arrivalLatest: at(29) })
    expect(calls()).toEqual(['n', 's'])
  })
})

describe('a request that has to wait', () => {
  it('is told for whom, and how long it will stand: until they are through and the signals have changed', () => {
    const { send, at, last } = scripted()
    send('a', 'n>s', { arrivalLatest: at(30) })
    send('b', 'e>w', { arrivalEarliest: at(10) })
    // Green flash 3, yellow 3, all-red 2.
    expect(last('b')).toMatchObject({ expectedDelayS: 28, reason: 'waits for request a, expected delay 28 s' })
  })

  it('behind two is told the sum', () => {
    const { send, at, last } = scripted(tee())
    send('a', 'e>w', { arrivalEarliest: at(5), arrivalLatest: at(10) })
    send('b', 's>w', { arrivalEarliest: at(6), arrivalLatest: at(20) })
    send('c', 'w>e', { arrivalEarliest: at(7), arrivalLatest: at(25) })
    // b: a until 10, yellow 3 and all-red 1.5. c: b until 20, yellow 3 and all-red 2.5.
    expect(last('b')).toMatchObject({ expectedDelayS: 9, reason: expect.stringContaining('request a') })
    expect(last('c')).toMatchObject({ expectedDelayS: 19, reason: expect.stringContaining('request b') })
  })

  it('is told again when the delay has changed by more than six seconds, not before', () => {
    const { send, at, told, last } = scripted()
    send('a', 'n>s', { arrivalLatest: at(30) })
    send('b', 'e>w', { arrivalEarliest: at(10) })
    send('a', 'n>s', { arrivalLatest: at(36) })
    expect(told('b')).toHaveLength(1)
    send('a', 'n>s', { arrivalLatest: at(37) })
    expect(told('b')).toHaveLength(2)
    expect(last('b')?.expectedDelayS).toBe(35)
  })

  it('keeps a displaced one called until the controller has turned, and no longer', () => {
    const { send, report, step, calls, urgencies } = scripted()
    send('a', 'n>s')
    report({ state: 'dwell', approach: 'n' }, ['v-n'])
    step()
    send('fire', 'e>w', { importance: '1/3' })
    expect(calls()).toEqual(['e', 'n'])
    expect(urgencies()[1]).toBeGreaterThan(urgencies()[0]!)
    report({ state: 'entryStarted', approach: 'e' })
    step()
    expect(calls()).toEqual(['e'])
  })

  it('of the same importance never displaces, a higher one only from outside the stopping distance', () => {
    const { send, at, calls } = scripted()
    send('a', 'n>s')
    send('b', 'e>w', { arrivalEarliest: at(1) })
    expect(calls()).toEqual(['n'])
    // v·t_r + v²/2a at 13.9 m/s: 46 m, 3.3 s.
    send('a', 'n>s', { arrivalEarliest: at(3) })
    send('fire', 'e>w', { importance: '1/3' })
    expect(calls()).toEqual(['n'])
    send('a', 'n>s', { arrivalEarliest: at(4) })
    expect(calls()).toEqual(['e'])
  })
})

describe('a bus', () => {
  const served = (): JunctionTable => ({
    ...crossing(),
    priority: { maxExtensionS: 10, earlyGreen: true, reserviceS: 60 },
  })
  const bus = { role: 'bus', importance: '3/1' } as const
  const idle = { state: 'notActive', approach: undefined, lockedMs: 0 } as const

  it('is given priority, never pre-emption, and told what the controller does for it', () => {
    const { send, report, step, calls, priority, told } = scripted(served())
    report({}, ['v-e'], { priority: idle })
    send('b', 'n>s', bus)
    expect(calls()).toEqual([])
    expect(priority()).toEqual([{ approach: 'n', exit: 's', urgency: expect.any(Number) }])
    report({}, ['v-e'], { priority: { state: 'earlyGreen', approach: 'n', lockedMs: 0 } })
    step()
    report({}, ['v-n'], { priority: { state: 'extending', approach: 'n', lockedMs: 0 } })
    step()
    report({}, [], { priority: { ...idle, lockedMs: 60_000 } })
    step()
    expect(told('b')).toEqual(['requested', 'processing', 'granted', 'reserviceLocked'])
  })

  it('is not granted by a green of the plan, nor by the priority of another approach', () => {
    const { send, report, step, told } = scripted(served())
    report({}, ['v-n'], { priority: idle })
    send('b', 'n>s', bus)
    report({}, ['v-n', 'v-s'], { priority: { state: 'extending', approach: 's', lockedMs: 0 } })
    step()
    expect(told('b')).toEqual(['requested'])
  })

  it.each(['1/1', '1/4', '3/1'])('with importance %s makes way for any emergency vehicle at once', (importance) => {
    const { send, report, calls, priority, last, told, step, arbiter } = scripted(served())
    report({}, ['v-n'], { priority: { state: 'extending', approach: 'n', lockedMs: 0 } })
    send('b', 'n>s', { role: 'bus', importance })
    send('a', 'e>w', { importance: '10/10' })
    expect(arbiter.requests.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(calls()).toEqual(['e'])
    expect(priority()).toEqual([])
    expect(last('b')).toMatchObject({ status: 'watchOtherTraffic', reason: expect.stringContaining('request a') })
    send('a', 'e>w', { type: 'cancel' })
    report({ state: 'exitStarted', approach: 'e' }, [], { priority: idle })
    step()
    expect(last('b')?.status).toBe('watchOtherTraffic')
    report({}, ['v-e'], { priority: idle })
    step()
    expect(priority()).toHaveLength(1)
    expect(told('b').at(-1)).toBe('requested')
  })

  it('is refused where the junction has no priority, and where the controller offers none', () => {
    const { send, told, last } = scripted()
    send('b', 'n>s', bus)
    expect(last('b')).toMatchObject({ status: 'rejected', reason: expect.stringMatching(/^role bus: .*no transit/) })
    const other = scripted(served())
    other.send('b', 'n>s', bus)
    expect(other.last('b')).toMatchObject({ status: 'rejected', reason: expect.stringMatching(/^role bus: /) })
    expect(told('b')).toHaveLength(1)
  })
})

describe('the maximum presence', () => {
  /** Asks from `n` every second, with the controller in dwell for it. */
  const hold = (script: ReturnType<typeof scripted>, id: string, vehicle: string, seconds: number) => {
    for (let s = 0; s < seconds; s++) {
      script.send(id, 'n>s', { vehicle })
      script.step(1)
    }
  }

  it('is that of the vehicle: asking anew does not start it again', () => {
    const script = scripted()
    hold(script, 'a', 'amb-1', 40)
    script.send('a', 'n>s', { type: 'cancel' })
    hold(script, 'b', 'amb-1', 40)
    expect(script.told('b')).toContain('maxPresence')
    script.send('c', 'n>s', { vehicle: 'amb-1' })
    expect(script.last('c')?.status).toBe('reserviceLocked')
  })

  it('starts again once the vehicle was away for a cycle', () => {
    const script = scripted()
    hold(script, 'a', 'amb-1', 40)
    script.send('a', 'n>s', { type: 'cancel' })
    script.step(crossing().cycleS + 1)
    hold(script, 'b', 'amb-1', 40)
    expect(script.told('b')).not.toContain('maxPresence')
  })

  it('ends all that are called from there; only whose own it was is locked out', () => {
    const script = scripted()
    for (let s = 0; s < 58; s++) {
      script.send('a', 'n>s', { vehicle: 'amb-1' })
      if (s > 40) script.send('b', 'n>s', { vehicle: 'amb-2' })
      script.step(1)
    }
    script.report({ state: 'maxPresence', exhausted: ['n'] })
    script.step(0)
    expect(['a', 'b'].map((id) => script.last(id)?.status)).toEqual(['maxPresence', 'maxPresence'])
    expect(script.calls()).toEqual([])
    script.report()
    script.send('a', 'n>s', { vehicle: 'amb-1' })
    script.send('a2', 'n>s', { vehicle: 'amb-1' })
    script.send('b2', 'n>s', { vehicle: 'amb-2' })
    expect(script.arbiter.requests.map(({ id }) => id)).toEqual(['b2'])
    expect(script.last('a2')?.status).toBe('reserviceLocked')
    expect(script.calls()).toEqual(['n'])
  })
})

describe('a message that was heard before, or should have been', () => {
  it('of a forgotten request does not bring it back, however many came in between', () => {
    const { message, receive, send, arbiter, last } = scripted()
    const first = message('a', 'n>s', { expiresAt: toTimestamp(startMs + 3_600_000) })
    receive(first)
    send('a', 'n>s', { type: 'cancel' })
    for (let n = 0; n < 1100; n++) send(`x${n}`, 'n>s', { type: 'cancel' })
    receive(first)
    expect(arbiter.requests).toEqual([])
    expect(last('a')).toMatchObject({ status: 'rejected', reason: expect.stringMatching(/^at .* may be a replay/) })
  })

  it('from a flood of ids costs neither memory nor a live request, and the next honest one is served', () => {
    const { send, arbiter, step, last, calls } = scripted()
    send('a', 'n>s')
    for (let n = 0; n < 3000; n++) send(`x${n}`, 'x>s')
    expect(arbiter.remembered).toBeLessThanOrEqual(1024)
    expect(arbiter.requests.map(({ id }) => id)).toEqual(['a'])
    step()
    send('b', 's>n')
    expect(last('b')?.status).toBe('requested')
    expect(calls()).toEqual(['n', 's'])
  })

  it('sent before the start of this process is not taken: an earlier one may have ended it', () => {
    const { send, last, arbiter } = scripted()
    send('a', 'n>s', { at: toTimestamp(startMs - 1) })
    expect(last('a')?.reason).toMatch(/^at .* may be a replay/)
    send('a', 'n>s')
    expect(arbiter.requests).toHaveLength(1)
  })

  it.each([
    ['an old `at`', -31, { expiresAt: toTimestamp(startMs + 60_000) }, /^at .* is 31 s behind the clock here$/],
    ['an `at` to come', 31, {}, /^at .* is 31 s ahead of the clock here$/],
    ['an `expiresAt` that has passed', 0, { expiresAt: toTimestamp(startMs) }, /^expiresAt .* has passed$/],
  ])('with %s is refused by name', (_, sentS, wrong, reason) => {
    const { send, at, last, arbiter } = scripted()
    send('a', 'n>s', { at: at(sentS), ...wrong })
    expect(arbiter.requests).toEqual([])
    expect(last('a')).toMatchObject({ status: 'rejected', reason: expect.stringMatching(reason) })
  })

  it('and was wrong is named when the lease ends for want of a better one', () => {
    const { send, step, last } = scripted()
    send('a', 'n>s')
    send('a', 'x>s')
    step(6)
    expect(last('a')?.reason).toMatch(/^lease ended: approach "x" is not one of/)
  })
})

describe('more requests than a junction can have', () => {
  it('are refused by name; the live ones stay', () => {
    const { send, last, arbiter } = scripted()
    for (let n = 0; n < 32; n++) send(`r${n}`, 'n>s')
    send('late', 'n>s')
    expect(arbiter.requests).toHaveLength(32)
    expect(last('late')).toMatchObject({ status: 'rejected', reason: expect.stringContaining('32 requests are live') })
  })

  it('make room for a more urgent one, the least urgent first, never one that is called', () => {
    const { send, last, arbiter, calls } = scripted()
    for (let n = 0; n < 30; n++) send(`r${n}`, 'n>s')
    send('w1', 'e>w')
    send('w2', 'e>w', { importance: '1/5' })
    send('fire', 's>n', { importance: '1/1' })
    expect(arbiter.requests).toHaveLength(32)
    expect(last('w2')).toMatchObject({ status: 'rejected', reason: expect.stringContaining('gave way') })
    expect(calls()).toEqual(['s', 'n'])
  })
})

describe('a controller that has a pre-emption for each approach alone', () => {
  const alone = () => scripted(crossing(), () => false)

  it('is not asked for a second one beside a green that is given, though no group conflicts', () => {
    const { send, report, step, calls, last, at } = alone()
    send('a', 'n>s', { arrivalEarliest: at(2), arrivalLatest: at(8) })
    report({ state: 'dwell', approach: 'n' }, ['v-n'])
    step()
    expect(last('a')?.status).toBe('granted')
    send('sooner', 's>n', { arrivalEarliest: at(1), arrivalLatest: at(5) })
    send('fire', 's>n', { importance: '1/1' })
    expect(calls()).toEqual(['n'])
    expect(last('sooner')).toMatchObject({ status: 'watchOtherTraffic', reason: expect.stringContaining('request a') })
    expect(last('fire')?.status).toBe('watchOtherTraffic')
  })

  it('turns to a more urgent one, the displaced called until it has turned', () => {
    const { send, report, step, calls, last } = alone()
    send('a', 'n>s')
    report({ state: 'dwell', approach: 'n' }, ['v-n'])
    step()
    send('fire', 's>n', { importance: '1/1' })
    expect(calls()).toEqual(['s', 'n'])
    expect(last('a')?.status).toBe('watchOtherTraffic')
    report({ state: 'entryStarted', approach: 's' })
    step()
    expect(calls()).toEqual(['s'])
  })
})

describe('a controller', () => {
  it('that may still end a green in its entry has given none before the dwell', () => {
    const { send, report, step, last } = scripted()
    send('a', 'n>s')
    report({ state: 'entryStarted', approach: 'n', keepsGreen: false }, ['v-n'])
    step()
    expect(last('a')?.status).toBe('processing')
    report({ state: 'dwell', approach: 'n', keepsGreen: false }, ['v-n'])
    step()
    expect(last('a')?.status).toBe('granted')
  })

  it('that refuses to serve has its words passed on, and may serve later', () => {
    const { send, report, last } = scripted()
    report({ state: 'other' }, [], { refusal: 'preemptEnterYellowChange 2 is less than the phase has' })
    send('a', 'n>s')
    expect(last('a')).toMatchObject({
      status: 'rejected',
      reason: 'preemptEnterYellowChange 2 is less than the phase has',
    })
    report()
    send('a', 'n>s')
    expect(last('a')?.status).toBe('requested')
  })
})
