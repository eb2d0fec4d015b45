import { cycleOf, systemClock } from '@clearway/contracts'
import { Gbt20999Controller, isGreen } from '@clearway/edge'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { crossing } from '../../../edge/test/fixtures.ts'
import { gbt20999SettingsOf } from '../../src/controllers/gbt20999-device.ts'
import { DeviceProcess, Gbt20999Street } from './gbt20999-street.ts'

const north = [{ approach: 'n', urgency: 4 }]
const device = new DeviceProcess()
let street: Gbt20999Street
afterEach(() => street.link.stop())
afterAll(() => device.close())

const running = () => street.seen.display.stage !== undefined && street.link.report() !== undefined
const preempted = () => street.seen.display.mode === 'preempted'

async function open(...given: Tail<typeof Gbt20999Street.open>) {
  street = await Gbt20999Street.open(device, ...given)
}
async function openRunning(...given: Tail<typeof Gbt20999Street.open>) {
  await open(...given)
  expect(await street.until(running, 300)).toBeDefined()
}
type Tail<F> = F extends (first: DeviceProcess, ...rest: infer R) => unknown ? R : never

/** What is green, whoever else moves. */
const faces = (groups: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(Object.entries(groups).map(([id, state]) => [id, state.replace('protected', 'permissive')]))

describe('a call', () => {
  it('goes through entry and dwell and is let go, as the street shows it', async () => {
    await openRunning(crossing(), crossing(), { release: 'local-coordinated' })
    expect(street.state).toBe('notActive')
    street.demanded = { preempt: [{ approach: 'e', urgency: 4 }] }
    expect(await street.until(() => street.state === 'entryStarted', 2)).toBeDefined()
    // Yellows, flashing greens and clearances on the way are the street's own.
    const shown = new Set<string>()
    await street.until(() => {
      expect(faces(street.link.report()?.display.groups)).toEqual(faces(street.seen.display.groups))
      expect(street.link.report()?.display.greenFlash).toEqual(street.seen.display.greenFlash)
      for (const face of Object.values(street.seen.display.groups)) shown.add(face)
      return street.state === 'dwell'
    }, 60)
    expect(street.state).toBe('dwell')
    expect([...shown]).toEqual(expect.arrayContaining(['permissive-clearance', 'protected-clearance']))
    expect(street.link.report()?.preempt.approach).toBe('e')
    expect(isGreen(street.seen.display.groups['v-e'])).toBe(true)
    // Longer than the device holds a request that is not repeated.
    await street.pass(20)
    expect(street.state).toBe('dwell')
    street.demanded = { preempt: [] }
    expect(await street.until(() => street.state === 'notActive', 40)).toBeDefined()
    expect(await street.until(() => street.seen.display.stage === 's1', 60)).toBeDefined()
    // From here the way out leads through a yellow.
    street.demanded = { preempt: north }
    expect(await street.until(() => street.state === 'dwell', 60)).toBeDefined()
    street.demanded = { preempt: [] }
    expect(await street.until(() => street.state === 'exitStarted', 20)).toBeDefined()
    expect(street.link.report()).toMatchObject({ display: { mode: 'recovering' }, preempt: { approach: 'n' } })
    expect(await street.until(() => street.state === 'notActive', 40)).toBeDefined()
    expect(street.seen.centreMode).toBe(0x23)
    expect(street.seen.heartbeatsAnswered).toBeGreaterThan(3)
    expect(street.faults).toEqual([])
  })

  it('gives way to a more urgent one, whatever the rows of the controller rank higher', async () => {
    await openRunning(crossing())
    street.demanded = { preempt: north }
    expect(await street.until(() => street.state === 'dwell', 60)).toBeDefined()
    street.demanded = { preempt: [...north, { approach: 'e', urgency: 1 }] }
    expect(
      await street.until(() => street.state === 'dwell' && street.link.report()?.preempt.approach === 'e', 60),
    ).toBeDefined()
  })

  it('is ignored after the maximum presence until it goes off once', async () => {
    const table = crossing()
    const patient = { ...table, preempt: { ...table.preempt, maxPresenceS: 600 } }
    await openRunning({ ...table, preempt: { ...table.preempt, maxPresenceS: 30 } }, patient)
    street.demanded = { preempt: north }
    expect(await street.until(() => street.link.report()?.preempt.exhausted[0] === 'n', 40)).toBeGreaterThan(28)
    expect(await street.until(() => !preempted(), 30)).toBeDefined()
    await street.pass(20)
    expect(preempted()).toBe(false)
    expect(street.state).toBe('maxPresence')
    street.demanded = { preempt: [] }
    await street.pass(1)
    street.demanded = { preempt: north }
    expect(await street.until(preempted, 5)).toBeDefined()
  })

  it('ends by the timer of the controller when the driver falls silent', async () => {
    await openRunning(crossing())
    street.demanded = { preempt: north }
    expect(await street.until(() => street.state === 'dwell', 60)).toBeDefined()
    await street.order({ advanceS: 9 })
    expect(preempted()).toBe(true)
    await street.order({ advanceS: 19 })
    expect(preempted()).toBe(false)
  })

  it('that nobody here has made is taken back: it is left from before a restart', async () => {
    await openRunning(crossing())
    const { seen } = street
    const settings = gbt20999SettingsOf(crossing(), '127.0.0.1', seen.port)
    const before = new Gbt20999Controller(crossing(), settings, { clock: systemClock, report: () => undefined })
    before.start()
    // Its last order goes out; from then on it is heard no more.
    for (let tick = 1; tick < 60 && !preempted(); tick++) {
      before.demand(north)
      before.step(seen.nowMs + tick * 500, seen.nowMs + tick * 500)
      await new Promise((resolve) => setTimeout(resolve, 5))
      await street.order({ advanceS: 0.1 })
    }
    expect(preempted()).toBe(true)
    expect(await street.until(() => !preempted(), 14)).toBeDefined()
    await before.stop()
  })

  it('is let go when the driver stops', async () => {
    await openRunning(crossing())
    street.demanded = { preempt: north }
    expect(await street.until(() => street.state === 'dwell', 60)).toBeDefined()
    await street.link.stop()
    await street.order({ advanceS: 12 })
    expect(preempted()).toBe(false)
  })
})

describe('a line or a controller that fails', () => {
  it.each([
    ['cut', []],
    ['stall', ['3.3.2.21']],
    ['garbage', ['3.3.2.21']],
    ['checksum', ['3.3.2.21']],
    ['errors', ['3.3.2.21']],
  ] as const)(
    '%s: nothing is reported but one fault, the junction keeps its plan, and all comes back',
    async (fault, fields) => {
      await openRunning(crossing())
      await street.order({ fault })
      expect(await street.until(() => street.link.report() === undefined, 10)).toBeDefined()
      street.demanded = { preempt: north }
      await street.pass(20)
      expect(street.link.report()).toBeUndefined()
      expect(street.faults).toHaveLength(1)
      expect(street.fields).toEqual(fields)
      expect(street.seen.display.mode).not.toBe('flash')
      await street.order({ fault: 'none' })
      expect(await street.until(() => street.state === 'dwell', 90)).toBeDefined()
      expect(street.faults).toHaveLength(1)
    },
  )

  it('reads what comes byte by byte', async () => {
    await open(crossing())
    await street.order({ fault: 'split' })
    street.demanded = { preempt: north }
    expect(await street.until(() => street.state === 'dwell', 120)).toBeDefined()
    expect(street.faults).toEqual([])
  })

  it('reads replies that count their own sequence only where the site says so', async () => {
    await open(crossing(), crossing(), { assumptions: { matchSequence: false } })
    await street.order({ fault: 'own-sequence' })
    street.demanded = { preempt: north }
    expect(await street.until(() => street.state === 'dwell', 60)).toBeDefined()
    await street.link.stop()
    await open(crossing())
    await street.order({ fault: 'own-sequence' })
    await street.pass(10)
    expect(street.link.report()).toBeUndefined()
    expect(street.fields).toEqual(['4.2.2.1'])
  })

  it('does not listen to another controller than its own', async () => {
    await open(crossing(), crossing(), { controllerId: 7 })
    street.answering = false
    await street.pass(10)
    expect(street.link.report()).toBeUndefined()
    expect(street.fields).toEqual(['controllerId'])
  })

  it('asks anew after the controller has restarted', async () => {
    await openRunning(crossing())
    street.demanded = { preempt: north }
    expect(await street.until(() => street.state === 'dwell', 60)).toBeDefined()
    await street.order({ fault: 'restart' })
    expect(await street.until(() => street.link.report()?.display.mode === 'flash', 10)).toBeDefined()
    expect(street.state).toBe('other')
    expect(await street.until(() => street.state === 'dwell', 90)).toBeDefined()
  })

  it('says that requests cannot be written, and leaves the junction alone', async () => {
    await openRunning(crossing())
    await street.order({ fault: 'read-only' })
    street.demanded = { preempt: north }
    expect(await street.until(() => street.state === 'other', 3)).toBeDefined()
    await street.pass(10)
    expect(preempted()).toBe(false)
    expect(street.faults).toHaveLength(1)
    expect(street.faults[0]?.message).toMatch(/8\.6\.2\.1 cannot be written: read only/)
    expect(street.link.report()?.refusal).toMatch(/8\.6\.2\.1 cannot be written: read only/)
  })
})

describe('a controller that is weaker than the table', () => {
  const table = crossing()
  const without = {
    ...table,
    intergreens: table.intergreens.filter(
      ({ ends, begins }) => ![ends, begins].every((id) => ['v-n', 'p-s'].includes(id)),
    ),
  }
  const shorter = {
    ...table,
    intergreens: table.intergreens.map((one) => ({ ...one, redS: one.ends === 'v-n' ? one.redS - 0.5 : one.redS })),
  }
  const yellow = { ...table, groups: table.groups.map((one) => ({ ...one, yellowS: one.yellowS && one.yellowS + 1 })) }
  it.each([
    ['conflict', table, without, /intergreens\.10: 7\.1\.2\.1: "v-n" and "p-s": phases 1 and 7 are no conflict/],
    [
      'green interval',
      table,
      shorter,
      /intergreens\.0\.redS: 7\.2\.2\.1: green interval of phases 1 to 2 .* is 7\.5 s, .* needs 8 s/,
    ],
    [
      'yellow',
      { ...yellow, cycleS: yellow.cycleS + 2 },
      table,
      /groups\.0\.yellowS: 4\.2\.4\.1: yellow is 3 s, the table needs 4 s/,
    ],
  ])('%s: is not armed, and asked for nothing', async (_what, wanted, inDevice, reason) => {
    const sound = { ...inDevice, cycleS: cycleOf(inDevice) }
    await openRunning({ ...wanted, cycleS: cycleOf(wanted) }, sound)
    street.demanded = { preempt: north }
    await street.pass(20)
    expect(street.state).toBe('other')
    expect(preempted()).toBe(false)
    expect(street.faults).toHaveLength(1)
    expect(street.faults[0]?.message).toMatch(reason)
    expect(street.link.report()?.refusal).toMatch(reason)
    expect(isGreen(street.link.report()?.display.groups['v-n'])).toBeDefined()
  })
})

describe('a stage that the centre designates, where requests cannot be written', () => {
  const asked = { ask: 'centre-stage', release: 'local-coordinated' }
  const openAsking = async () => {
    await openRunning(crossing(), crossing(), asked)
    // Nobody may write a request here.
    await street.order({ fault: 'read-only' })
  }
  const dwells = (approach: string) => () =>
    street.state === 'dwell' && street.link.report()?.preempt.approach === approach

  it('is entered, held, changed and given back, as the street shows it', async () => {
    await openAsking()
    expect(street.state).toBe('notActive')
    const states = new Set<string | undefined>()
    const seen = (reached: () => boolean) => () => {
      states.add(street.state)
      return reached()
    }
    street.demanded = { preempt: north }
    expect(await street.until(seen(dwells('n')), 60)).toBeDefined()
    expect(street.link.report()?.display.mode).toBe('preempted')
    expect(isGreen(street.seen.display.groups['v-n'])).toBe(true)
    // Longer than the device holds a stage that is not repeated.
    await street.pass(20)
    expect(street.state).toBe('dwell')
    street.demanded = { preempt: [...north, { approach: 'e', urgency: 1 }] }
    expect(await street.until(seen(dwells('e')), 60)).toBeDefined()
    street.demanded = { preempt: [] }
    expect(
      await street.until(
        seen(() => street.state === 'notActive'),
        60,
      ),
    ).toBeDefined()
    expect([...states].filter((state) => state === 'other')).toEqual([])
    expect(street.seen.centreMode).toBe(35)
    expect(await street.until(() => !preempted(), 5)).toBeDefined()
    expect(street.faults).toEqual([])
  })

  it('is ended by the timer of the controller when the driver falls silent', async () => {
    await openAsking()
    street.demanded = { preempt: north }
    expect(await street.until(dwells('n'), 60)).toBeDefined()
    await street.order({ advanceS: 9 })
    expect(preempted()).toBe(true)
    await street.order({ advanceS: 19 })
    expect(preempted()).toBe(false)
  })

  it('is given back after a broken line, although nobody has asked since', async () => {
    await openAsking()
    street.demanded = { preempt: north }
    expect(await street.until(dwells('n'), 60)).toBeDefined()
    await street.order({ fault: 'cut' })
    street.demanded = { preempt: [] }
    await street.pass(3)
    await street.order({ fault: 'none' })
    expect(await street.until(() => street.seen.centreMode === 35 && !preempted(), 11)).toBeDefined()
  })

  it('is given back when the driver stops', async () => {
    await openAsking()
    street.demanded = { preempt: north }
    expect(await street.until(dwells('n'), 60)).toBeDefined()
    await street.link.stop()
    await street.order({ advanceS: 12 })
    expect(street.seen.centreMode).toBe(35)
    expect(preempted()).toBe(false)
  })

  it('of somebody else is a hand: it is told and not taken back', async () => {
    await openAsking()
    const { seen } = street
    const settings = { ...gbt20999SettingsOf(crossing(), '127.0.0.1', seen.port), ...asked }
    const other = new Gbt20999Controller(crossing(), settings, { clock: systemClock, report: () => undefined })
    other.start()
    for (let tick = 1; tick < 60 && !preempted(); tick++) {
      other.demand(north)
      other.step(seen.nowMs + tick * 500, seen.nowMs + tick * 500)
      await new Promise((resolve) => setTimeout(resolve, 5))
      await street.order({ advanceS: 0.1 })
    }
    expect(await street.until(() => street.state === 'other', 3)).toBeDefined()
    expect(street.link.report()?.display.mode).toBe('manual')
    street.demanded = { preempt: [{ approach: 'e', urgency: 1 }] }
    await street.pass(5)
    expect(preempted()).toBe(true)
    expect(isGreen(street.seen.display.groups['v-e'])).toBe(false)
    // Nobody repeats it: the controller ends it by itself, and then the call that waits is served.
    expect(await street.until(dwells('e'), 60)).toBeDefined()
    await other.stop()
  })

  it('is not asked for while a hand has the junction', async () => {
    await openAsking()
    await street.order({ control: { by: 'hand', stage: 's1' } })
    expect(await street.until(() => street.state === 'other', 60)).toBeDefined()
    street.demanded = { preempt: [{ approach: 'e', urgency: 1 }] }
    await street.pass(10)
    expect(street.seen.display.mode).toBe('manual')
    expect(street.faults).toEqual([])
  })
})

describe('transit priority', () => {
  const bus = [{ approach: 'e', exit: 'n', urgency: 30 }]
  const table = { ...crossing(), priority: { maxExtensionS: 10, earlyGreen: true, reserviceS: 0 } }

  it('holds a green longer, inside the plan, and is let go', async () => {
    await openRunning(table)
    expect(await street.until(() => street.seen.display.stage === 's2', 90)).toBeDefined()
    expect(street.link.report()?.priority).toEqual({ state: 'notActive', approach: undefined, lockedMs: 0 })
    street.demanded = { preempt: [], priority: bus }
    expect(await street.until(() => street.link.report()?.priority?.state === 'extending', 30)).toBeDefined()
    expect(street.link.report()).toMatchObject({
      priority: { approach: 'e' },
      preempt: { state: 'notActive' },
      display: { stage: 's2' },
    })
    street.demanded = { preempt: [] }
    expect(await street.until(() => street.link.report()?.priority?.state === 'notActive', 2)).toBeDefined()
    expect(await street.until(() => street.seen.display.stage === 's1', 20)).toBeDefined()
    expect(preempted()).toBe(false)
    expect(street.faults).toEqual([])
  })

  it('is taken back while an emergency vehicle is served', async () => {
    await openRunning(table)
    street.demanded = { preempt: north, priority: bus }
    expect(await street.until(() => street.state === 'dwell', 60)).toBeDefined()
    expect(street.link.report()?.priority?.state).toBe('notActive')
  })
})
