import { type JunctionTable, type SignalRequest, stageChangeS, tailS } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConflictMonitor, type Display, type PreemptCall, SimulatedController } from '../../src/index.ts'
import { crossing } from '../fixtures.ts'
import { anything, Rehearsal, requestsOnly, type Scenario } from './scenario.ts'
import { type Rule, Street } from './street.ts'

/** Multiplies the scenarios, for a long search: CLEARWAY_PROPERTY_EFFORT=100. */
const effort = Number(process.env.CLEARWAY_PROPERTY_EFFORT ?? 1)

const startS = 20
const longestLeaseS = 10
const backupS = 15

/** Seconds from the end of the last call until the plan runs a stage again, at the most. */
function exitS(table: JunctionTable): number {
  const changes = table.stages.flatMap((from) => table.stages.map((to) => stageChangeS(table, from, to)))
  const tails = table.groups.map(tailS)
  const reds = table.intergreens.map(({ redS }) => redS)
  const greens = table.groups.map(({ minGreenS }) => minGreenS)
  // What has just turned green for a new stage still has its minimum and its ending before it.
  return Math.max(table.preempt.minDwellS, ...greens) + Math.max(...changes, ...tails) + Math.max(...reds) + 4
}

function play(scenario: Scenario, cabinet?: (table: JunctionTable) => SimulatedController): Rehearsal {
  const rehearsal = new Rehearsal(scenario, cabinet)
  rehearsal.pass(startS)
  for (const happening of scenario.happenings) rehearsal.happen(happening)
  return rehearsal
}

/** @returns what went wrong after the gateway fell silent, or undefined */
function recovery(rehearsal: Rehearsal): string | undefined {
  const { cabinet, table } = rehearsal
  cabinet.setControl({ by: 'plan' })
  const localS = Math.max(longestLeaseS, backupS) + exitS(table) + startS
  const local = () => cabinet.display.stage !== undefined && cabinet.display.mode !== 'preempted'
  rehearsal.pass(Math.max(longestLeaseS, backupS))
  if (rehearsal.until(local, localS) === undefined) return `not under local control: ${JSON.stringify(cabinet.display)}`
  // A clock that was set in the middle of a stage is noticed at the next one: from there the cycles count.
  const { stage } = cabinet.display
  rehearsal.until(() => cabinet.display.stage !== stage, table.cycleS * 2)
  rehearsal.pass(3 * table.cycleS)
  if (cabinet.display.mode !== 'coordinated') return 'not coordinated within three cycles'
  // Coordinated is what the controller claims; the clock is what counts.
  const first = table.stages[0]!.id
  rehearsal.until(() => cabinet.display.stage !== first, table.cycleS)
  rehearsal.until(() => cabinet.display.stage === first, 2 * table.cycleS)
  const behindS = (((rehearsal.nowMs / 1000 - table.offsetS) % table.cycleS) + table.cycleS) % table.cycleS
  const offS = Math.min(behindS, table.cycleS - behindS)
  return offS <= 4 ? undefined : `${offS} s off its clock`
}

describe('whatever is requested, cancelled, cut, set and stepped', () => {
  it('no greens conflict and nothing is shorter than programmed', () => {
    fc.assert(
      fc.property(anything, (scenario) => {
        const rehearsal = play(scenario)
        rehearsal.pass(60)
        expect(rehearsal.street.objections).toEqual([])
        expect(rehearsal.cabinet.trip).toBeUndefined()
      }),
      { numRuns: 1000 * effort },
    )
  })

  it('the junction is under local control within lease, dwell and exit, and coordinated three cycles later', () => {
    fc.assert(
      fc.property(anything, (scenario) => {
        expect(recovery(play(scenario))).toBeUndefined()
      }),
      { numRuns: 400 * effort },
    )
  })

  it('duplicate, reordered and replayed messages change nothing', () => {
    fc.assert(
      fc.property(requestsOnly, fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), (scenario, replays) => {
        expect(difference(scenario, replays, (message) => message)).toBeUndefined()
      }),
      { numRuns: 400 * effort },
    )
  })

  it('a green is granted only while it is displayed', () => {
    fc.assert(
      fc.property(anything, (scenario) => {
        const rehearsal = play(scenario)
        for (const { body } of rehearsal.arrivals.filter(
          ({ channel, body }) => channel === 'response' && body.status === 'granted',
        )) {
          const atMs = Date.parse(body.greenAt as string)
          expect(rehearsal.grantedWhileGreen(atMs)).toBe(true)
        }
      }),
      { numRuns: 200 * effort },
    )
  })
})

/** Plays a scenario with and without replays after every message. @returns the first difference */
function difference(
  scenario: Scenario,
  replays: readonly number[],
  rewrite: (message: SignalRequest) => SignalRequest,
): string | undefined {
  const plain = play(scenario)
  const noisy = new Rehearsal(scenario)
  noisy.pass(startS)
  let sent = 0
  for (const happening of scenario.happenings) {
    noisy.happen(happening)
    sent++
    for (const index of replays) noisy.replay(index % sent, rewrite)
  }
  plain.pass(30)
  noisy.pass(30)
  const shown = (rehearsal: Rehearsal) => JSON.stringify(rehearsal.pictures)
  const said = ({ arrivals }: Rehearsal) =>
    JSON.stringify(arrivals.filter(({ channel }) => channel === 'response').map(({ body }) => body))
  if (shown(plain) !== shown(noisy)) return 'the display differs'
  return said(plain) === said(noisy) ? undefined : 'the answers differ'
}

describe('the checks themselves can fail', () => {
  /** A pre-emption in a sound run: green flash, yellow, clearance and red are all in it. */
  const recorded = (() => {
    const rehearsal = play({ table: 0, tickMs: 500, happenings: [] })
    rehearsal.pass(60)
    const demand: PreemptCall[] = [{ approach: 'e', urgency: 1 }]
    for (let k = 0; k < 80; k++) {
      rehearsal.cabinet.demand(demand)
      rehearsal.tick()
    }
    rehearsal.pass(60)
    return rehearsal.pictures.filter(({ display }) => display.mode !== 'flash')
  })()
  type Picture = (typeof recorded)[number]
  type Groups = Display['groups']

  const paint = ({ display, ...times }: Picture, groups: Groups, greenFlash = display.greenFlash): Picture => ({
    ...times,
    display: { ...display, groups: { ...display.groups, ...groups }, greenFlash },
  })
  /** Cuts the last `ticks` pictures of every run in which `test` holds, as if they had shown what follows. */
  const shorten = (test: (display: Display) => boolean, ticks: number): Picture[] =>
    recorded.map((picture, index) => {
      if (!test(picture.display)) return picture
      const next = recorded.slice(index, index + ticks + 1).find(({ display }) => !test(display))
      return next ? { ...next, trueMs: picture.trueMs } : picture
    })

  const plants: [string, Rule, string, Picture[]][] = [
    [
      'a conflicting green',
      'conflict',
      'conflict',
      recorded.map((picture, index) =>
        index === 200
          ? paint(picture, { 'v-n': 'permissive-Movement-Allowed', 'v-e': 'permissive-Movement-Allowed' })
          : picture,
      ),
    ],
    ['a short yellow', 'yellow', 'short-yellow', shorten(({ groups }) => groups['v-n'] === 'permissive-clearance', 1)],
    [
      'no yellow at all',
      'yellow',
      'short-yellow',
      recorded.map((picture) =>
        picture.display.groups['v-n']?.endsWith('clearance') ? paint(picture, { 'v-n': 'stop-And-Remain' }) : picture,
      ),
    ],
    [
      'a short green flash',
      'green-flash',
      'short-green-flash',
      shorten(({ greenFlash }) => greenFlash.includes('v-n'), 1),
    ],
    ['no green flash', 'green-flash', 'short-green-flash', recorded.map((picture) => paint(picture, {}, []))],
    [
      'a short pedestrian clearance',
      'clearance',
      'short-clearance',
      shorten(({ groups }) => groups['p-e'] === 'protected-clearance', 2),
    ],
    [
      'a short all-red',
      'red',
      'short-red',
      shorten(({ groups }) => Object.values(groups).every((state) => state === 'stop-And-Remain'), 1),
    ],
  ]

  it.each(plants)('%s is seen at the kerb', (_, rule, _cause, pictures) => {
    const street = new Street(crossing())
    for (const { trueMs, display } of pictures) street.see(trueMs, display)
    expect(street.objections.map((objection) => objection.rule)).toContain(rule)
  })

  it.each(plants)('%s trips the conflict monitor', (_, _rule, cause, pictures) => {
    const monitor = new ConflictMonitor(crossing())
    for (const { trueMs, display } of pictures) monitor.watch(trueMs, display.groups, display.greenFlash)
    expect(monitor.trip?.cause).toBe(cause)
  })

  it('an unspoilt run passes both', () => {
    const street = new Street(crossing())
    const monitor = new ConflictMonitor(crossing())
    for (const { trueMs, display } of recorded) {
      street.see(trueMs, display)
      monitor.watch(trueMs, display.groups, display.greenFlash)
    }
    expect(street.objections).toEqual([])
    expect(monitor.trip).toBeUndefined()
  })

  it('a green below its minimum is seen at the kerb', () => {
    const street = new Street(crossing())
    const show = (trueMs: number, test: (groups: Groups) => boolean) =>
      street.see(trueMs, recorded.find(({ display }) => test(display.groups))!.display)
    show(0, (groups) => groups['p-e'] === 'stop-And-Remain')
    show(1000, (groups) => groups['p-e'] === 'protected-Movement-Allowed')
    show(6900, (groups) => groups['p-e'] === 'protected-clearance')
    expect(street.objections.map(({ rule }) => rule)).toContain('minimum-green')
  })

  it('a missing output trips the conflict monitor', () => {
    const monitor = new ConflictMonitor(crossing())
    const { 'p-w': _, ...groups } = recorded[0]!.display.groups
    expect(monitor.watch(0, groups, [])).toMatchObject({
      cause: 'missing-output',
      detail: expect.stringContaining('p-w'),
    })
  })

  it('a call that never ends is noticed as lost local control', () => {
    class Stuck extends SimulatedController {
      override demand(calls: readonly PreemptCall[]): void {
        super.demand(calls.length > 0 || this.stuck ? [{ approach: 'n', urgency: 1 }] : [])
        this.stuck ||= calls.length > 0
      }
      stuck = false
    }
    const found = fc.check(
      fc.property(requestsOnly, (scenario) => {
        const table = { ...scenario, table: 0 }
        expect(
          recovery(play(table, (made) => new Stuck({ ...made, preempt: { ...made.preempt, maxPresenceS: 600 } }))),
        ).toBeUndefined()
      }),
      { numRuns: 50 },
    )
    expect(found.failed).toBe(true)
  })

  it('a plan that runs beside its clock is noticed', () => {
    const rehearsal = play(
      { table: 1, tickMs: 500, happenings: [] },
      (table) => new SimulatedController({ ...table, offsetS: 9 }),
    )
    expect(recovery(rehearsal)).toMatch(/off its clock/)
  })

  it('replays with fresh sequence numbers are noticed', () => {
    let fresh = 1000
    const found = fc.check(
      fc.property(requestsOnly, fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), (scenario, replays) => {
        const again = (message: SignalRequest) => ({ ...message, sequence: fresh++ })
        expect(difference(scenario, replays, again)).toBeUndefined()
      }),
      { numRuns: 100 },
    )
    expect(found.failed).toBe(true)
  })
})
