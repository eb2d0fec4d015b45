import type { JunctionTable } from '@clearway/contracts'
import { isGreen } from '@clearway/edge'
import { afterEach, describe, expect, it } from 'vitest'
import { crossing } from '../../../edge/test/fixtures.ts'
import { eightPhase } from '../../../edge/test/signal/ring-fixtures.ts'
import { NtcipBench } from './ntcip-bench.ts'

const asc = '1.3.6.1.4.1.1206.4.2.1'
const preempt = (column: number, row: number) => `${asc}.6.2.1.${column}.${row}`
const controlState = (row: number) => `${asc}.6.3.1.2.${row}`
/** Flash, yellow and all-red of the device's start-up. */
const startUpS = 15

let bench: NtcipBench
afterEach(() => bench?.close())

const armed = async () => {
  await bench.until(() => bench.preempt?.state === 'notActive', 5)
}
/** In longer steps once it has answered: nothing is looked at on the way. */
const inPlan = async () => {
  await bench.until(() => bench.driver.report() !== undefined, 10)
  await bench.until(() => bench.driver.report()?.display.stage !== undefined, startUpS + 60, 250)
}

describe('a call', () => {
  it('goes through entry and dwell, is green only with the controller, and ends when it is let go', async () => {
    bench = await NtcipBench.open(crossing())
    await inPlan()
    bench.driver.demand([{ approach: 'e', urgency: 3 }])
    await bench.until(() => bench.preempt?.state === 'entryStarted', 2)
    expect(bench.preempt?.approach).toBe('e')
    await bench.until(() => bench.preempt?.state === 'dwell', 60)
    const report = bench.driver.report()
    expect(report?.display.mode).toBe('preempted')
    expect(isGreen(report?.display.groups['v-e'])).toBe(true)
    expect(isGreen(bench.device.display.groups['v-e'])).toBe(true)
    expect(report?.display.groups).toMatchObject({ 'v-n': 'stop-And-Remain', 'p-e': 'stop-And-Remain' })
    // Longer than the backup time: held by being set again.
    await bench.pass(20)
    expect(bench.preempt).toMatchObject({ state: 'dwell', approach: 'e' })
    bench.driver.demand([])
    await bench.until(() => bench.preempt?.state === 'notActive', 15)
    expect(await bench.read(controlState(2))).toBe(0)
    expect(bench.faults).toEqual([])
  })

  it('is not believed while the controller does not say so', async () => {
    bench = await NtcipBench.open(crossing())
    await inPlan()
    await bench.until(() => isGreen(bench.driver.report()?.display.groups['v-n']), 90)
    bench.relay.cut = true
    bench.driver.demand([{ approach: 'n', urgency: 3 }])
    await bench.pass(1)
    // Green is shown, the call is sent: the controller has not answered, so it is no pre-emption.
    expect(bench.preempt).toMatchObject({ state: 'notActive', approach: undefined })
    await bench.pass(5)
    expect(bench.driver.report()).toBeUndefined()
  })

  it('is not granted on a green that flashes already, which NTCIP cannot tell from a steady one', async () => {
    bench = await NtcipBench.open(crossing())
    await inPlan()
    bench.driving = false
    const { agent, told, ask } = bench.agent()
    const flashes = () => bench.device.display.greenFlash.includes('v-n')
    const step = async () => {
      await bench.tick()
      agent.step(bench.nowMs, bench.upMs)
    }
    while (!flashes()) await step()
    ask('n', 's')
    while (told().at(-1) !== 'granted') {
      await step()
      if (flashes()) expect(bench.driver.report()?.display.groups['v-n']).toMatch(/Movement-Allowed$/)
    }
    expect(told()).toEqual(['requested', 'processing', 'granted'])
    expect(bench.device.display.mode).toBe('preempted')
    expect(isGreen(bench.device.display.groups['v-n'])).toBe(true)
    expect(flashes()).toBe(false)
  })

  it('of the more urgent turns the controller whatever the preempt numbers', async () => {
    bench = await NtcipBench.open(crossing())
    await inPlan()
    bench.driver.demand([{ approach: 'n', urgency: 5 }])
    await bench.until(() => bench.preempt?.state === 'dwell', 60)
    // n is preempt 1 and would win inside the controller: its call has to go.
    bench.driver.demand([
      { approach: 'n', urgency: 5 },
      { approach: 'w', urgency: 2 },
    ])
    await bench.until(() => bench.preempt?.state === 'dwell' && bench.preempt.approach === 'w', 60)
    expect([await bench.read(controlState(1)), await bench.read(controlState(4))]).toEqual([0, 1])
    // And back: the higher number may stay on, the lower overrides it.
    bench.driver.demand([
      { approach: 'n', urgency: 1 },
      { approach: 'w', urgency: 2 },
    ])
    await bench.until(() => bench.preempt?.state === 'dwell' && bench.preempt.approach === 'n', 60)
    expect([await bench.read(controlState(1)), await bench.read(controlState(4))]).toEqual([1, 1])
  })

  it('is let go and read back when the driver stops', async () => {
    bench = await NtcipBench.open(crossing())
    await inPlan()
    bench.driver.demand([{ approach: 's', urgency: 3 }])
    await bench.until(() => bench.preempt?.approach === 's', 5)
    await bench.driver.stop()
    expect(await bench.read(controlState(3))).toBe(0)
    expect(bench.faults).toEqual([])
  })

  it('that is on for the maximum presence is exhausted until it goes off', async () => {
    bench = await NtcipBench.open({ ...crossing(), preempt: { minGreenS: 4, minDwellS: 5, maxPresenceS: 20 } })
    await bench.program(preempt(11, 1), 0)
    await inPlan()
    expect(await bench.read(preempt(11, 1))).toBe(20)
    bench.driver.demand([{ approach: 'n', urgency: 3 }])
    await bench.until(() => bench.preempt?.exhausted.includes('n') === true, 25)
    expect(bench.preempt?.state).toBe('maxPresence')
    bench.driver.demand([])
    await bench.until(() => bench.preempt?.exhausted.length === 0, 5)
  })
})

/** NTCIP gives an overlap the red of the phase that it ends with: here both have that of the right turn. */
function rings(): JunctionTable {
  const table = eightPhase({ operation: 'coordinated' })
  for (const phase of table.rings?.phases ?? []) if (phase.number === 5) phase.redS = 2
  for (const pair of table.intergreens) if (pair.ends === 'l-w') pair.redS = 2
  return table
}

describe('what one preempt shows', () => {
  it('serves every approach whose phases are in its dwell', async () => {
    bench = await NtcipBench.open(crossing())
    await bench.program(preempt(13, 1), Buffer.from([1, 3]))
    await inPlan()
    bench.driver.demand([{ approach: 'n', urgency: 3 }])
    await bench.until(() => bench.preempt?.state === 'dwell', 60)
    expect(bench.preempt).toMatchObject({ approach: 'n', together: ['s'] })
    const groups = bench.driver.report()?.display.groups
    expect([groups?.['v-n'], groups?.['v-s']].map(isGreen)).toEqual([true, true])
  })

  it('is the phases of an approach with rings, its left turn and its overlap with it', async () => {
    bench = await NtcipBench.open(rings())
    await inPlan()
    expect(bench.driver.report()?.display.stage).toMatch(/^\d\+\d$/)
    bench.driver.demand([{ approach: 'n', urgency: 3 }])
    await bench.until(() => bench.preempt?.state === 'dwell', 90)
    const display = bench.driver.report()?.display
    const shown = Object.entries(display?.groups ?? {}).filter(([, state]) => isGreen(state))
    expect(shown.map(([id]) => id).sort()).toEqual(['l-n', 'r-n', 'v-n'])
    expect(display?.timing?.['v-n']?.minEndMs).toBeGreaterThan(0)
    expect(display?.timing?.['r-n']?.minEndMs).toBeGreaterThan(0)
    bench.driver.demand([])
    await bench.until(() => bench.preempt?.state === 'notActive', 60)
    expect(bench.faults).toEqual([])
  })

  const overlap = (column: number) => `${asc}.9.2.1.${column}.1`
  const trailing = (column: number, tenths: number) =>
    [
      [overlap(5), 4],
      [overlap(column), tenths],
    ] as const
  it.each([
    ['preemptDwellOverlap.3', [[preempt(18, 3), Buffer.alloc(0)]], /overlap 1 of approach "n" would not be green/],
    ['preemptDwellPhase.1', [[preempt(13, 1), Buffer.from([2, 5, 8])]], /2 and 8, which phaseConcurrency keeps apart/],
    [
      'phaseRedClear.5',
      [[`${asc}.1.2.1.9.5`, 15]],
      /1.5 s, below the longest redS of intergreens after group "r-n", 2/,
    ],
    ['overlapIncludedPhases.1', [[overlap(3), Buffer.alloc(0)]], /is empty: group "r-n" would never be green/],
    ['overlapTrailYellow.1', trailing(6, 25), /2.5 s, below yellowS 3 of group "r-n"/],
    ['overlapTrailRed.1', trailing(7, 9), /0.9 s, below the longest redS of intergreens after group "r-n", 2/],
    ['overlapTrailGreen.1', [[overlap(5), 60]], /60 s, above preempt.minDwellS .*: the green would outlast its lease/],
  ] as const)('with rings: %s', async (field, programmed, message) => {
    bench = await NtcipBench.open(rings())
    for (const [oid, value] of programmed) await bench.program(oid, value)
    await bench.until(() => bench.driver.report()?.refusal !== undefined, 5)
    expect(bench.faults[0]?.fields).toContainEqual({ field, message: expect.stringMatching(message) })
  })
})

describe('a controller that is not fit is not asked', () => {
  const octets = (...numbers: number[]) => Buffer.from(numbers)
  const column = (object: string, number: number, value: number | Buffer, message: RegExp) =>
    [`${object}.2`, preempt(number, 2), value, message] as const
  const phase = (object: string, number: number, value: number, message: RegExp) =>
    [`${object}.2`, `${asc}.1.2.1.${number}.2`, value, message] as const

  it.each([
    column('preemptEnterYellowChange', 22, 29, /29 \(2.9 s\).*3 s; set 255/),
    column('preemptEnterRedClear', 23, 0, /0 \(0 s\).*3 s; set 255/),
    column('preemptTrackYellowChange', 24, 0, /set 255/),
    column('preemptTrackRedClear', 25, 29, /2.9 s/),
    column('preemptEnterPedClear', 8, 11, /11 \(11 s\).*12 s; set 255/),
    column('preemptMinimumGreen', 6, 3, /3 s, below preempt.minGreenS 4/),
    column('preemptMinimumWalk', 7, 3, /3 s, below preempt.minWalkS 4/),
    column('preemptTrackGreen', 9, 5, /railways; set 0/),
    column('preemptControl', 2, 9, /bit 3/),
    column('preemptLink', 3, 1, /another preempt/),
    column('preemptCyclingPhase', 19, octets(1), /move on in dwell/),
    column('preemptDwellPhase', 13, octets(), /is empty/),
    column('preemptDwellPhase', 13, octets(1), /phase 2 of approach "e" would not be green/),
    column('preemptDwellPhase', 13, octets(2, 1), /2 and 1, both of ring 1/),
    column('preemptDwellPhase', 13, octets(2, 3), /which phaseConcurrency keeps apart/),
    column('preemptDwellPhase', 13, octets(2, 9), /phase 9, which is not there/),
    column('preemptExitPhase', 15, octets(7), /phase 7, which is not there/),
    column('preemptMinimumDuration', 5, 3600, /3600 s, above preempt.minDurationS or minDwellS .*; set 0/),
    column('preemptDwellGreen', 10, 255, /255 s, above preempt.minDwellS/),
    column('preemptDwellPed', 14, octets(1), /is 1: groups "p-e" and "v-e" conflict/),
    phase('phaseOptions', 21, 0, /not enabled/),
    phase('phaseYellowChange', 8, 25, /2.5 s, below yellowS 3 of group "v-e"/),
    phase('phasePedestrianClear', 3, 7, /7 s, below clearanceS 12 of group "p-n"/),
    phase('phaseRedClear', 9, 5, /0.5 s, below the longest redS of intergreens after group "v-e", 3/),
    ['unitBackupTime', `${asc}.3.3.0`, 65_535, /65535 s, above preempt.maxPresenceS/] as const,
    ['unitBackupTime', `${asc}.3.3.0`, 0, /would never end by itself/] as const,
    ['unitBackupTime', `${asc}.3.3.0`, 1, /too short/] as const,
  ])('%s (%s = %s)', async (field, oid, value, message) => {
    const table = crossing()
    bench = await NtcipBench.open({ ...table, preempt: { ...table.preempt, minWalkS: 4 } })
    await bench.program(oid, value)
    await bench.until(() => bench.driver.report()?.refusal !== undefined, 5)
    const report = bench.driver.report()
    expect(report?.preempt).toEqual({ state: 'other', approach: undefined, exhausted: [] })
    expect(report?.refusal).toContain(field)
    expect(report?.refusal).toMatch(message)
    expect(bench.faults).toHaveLength(1)
    expect(bench.faults[0]?.fields.map((fault) => fault.field)).toContain(field)
    bench.driver.demand([{ approach: 'e', urgency: 3 }])
    await bench.pass(1)
    expect(await bench.read(controlState(2))).toBe(0)
  })

  it('because it may run together what conflicts by the table', async () => {
    bench = await NtcipBench.open(crossing())
    await bench.program(`${asc}.1.2.1.23.1`, octets(2, 3))
    await bench.program(`${asc}.1.2.1.23.2`, octets(1, 4))
    await bench.program(`${asc}.1.2.1.22.2`, 2)
    await bench.until(() => bench.driver.report()?.refusal !== undefined, 5)
    const found = bench.faults[0]?.fields.find(({ field }) => field === 'phaseConcurrency.1')
    expect(found?.message).toMatch(/names phase 2: groups "v-n" and "v-e" conflict by the timing table/)
  })

  it('and is asked again once somebody has mended it', async () => {
    bench = await NtcipBench.open(crossing())
    await bench.program(preempt(22, 2), 0)
    await bench.until(() => bench.driver.report()?.refusal !== undefined, 5)
    bench.driver.demand([{ approach: 'e', urgency: 3 }])
    await bench.program(preempt(22, 2), 255)
    await bench.until(() => bench.driver.report()?.refusal === undefined, 12)
    await bench.until(() => bench.preempt?.approach === 'e', startUpS + 5)
  })

  it('and a call is taken back when its programming is spoilt meanwhile', async () => {
    bench = await NtcipBench.open(crossing(), {}, (usual) => ({ ...usual, checkS: 5 }))
    await inPlan()
    bench.driver.demand([{ approach: 'e', urgency: 3 }])
    await bench.until(() => bench.preempt?.approach === 'e', 5)
    await bench.program(preempt(23, 2), 0)
    await bench.until(() => bench.driver.report()?.refusal !== undefined, 8)
    await bench.pass(1)
    expect(await bench.read(controlState(2))).toBe(0)
  })
})

describe('on a bad line', () => {
  it('a driver that hangs is cut off by the backup time', async () => {
    bench = await NtcipBench.open(crossing(), { backupS: 12 })
    await inPlan()
    bench.driver.demand([{ approach: 'e', urgency: 3 }])
    await bench.until(() => bench.preempt?.state === 'dwell', 60)
    bench.driving = false
    await bench.until(() => bench.device.display.mode !== 'preempted', 12 + 5 + 1)
    expect(await bench.read(controlState(2))).toBe(0)
    expect(await bench.read(`${asc}.3.5.0`)).toBe(4)
  })

  it.each([7, 8])('what is demanded comes about through loss, delay and duplication, seed %s', async (seed) => {
    // Tried again after 25 ms of the machine, which is most of a second at the junction.
    bench = await NtcipBench.open(crossing(), {}, (usual) => ({ ...usual, timeoutS: 0.05, silenceS: 15 }), seed)
    await inPlan()
    bench.relay.weather = { loss: 0.15, twice: 0.3, delayMs: [0, 8] }
    for (const approach of ['n', 'w', undefined, 'e', undefined, 's']) {
      bench.driver.demand(approach === undefined ? [] : [{ approach, urgency: 3 }])
      await bench.pass(3)
    }
    await bench.until(() => bench.preempt?.approach === 's' && bench.preempt.state === 'dwell', 90)
    expect([1, 2, 3, 4].map((row) => bench.device.called(row))).toEqual([false, false, true, false])
    bench.driver.demand([])
    await bench.until(() => bench.preempt?.state === 'notActive' && !bench.device.called(3), 30)
  })

  it('silence is told once, and the demand comes about again afterwards', async () => {
    bench = await NtcipBench.open(crossing())
    await inPlan()
    bench.driver.demand([{ approach: 'e', urgency: 3 }])
    await bench.until(() => bench.preempt?.state === 'dwell', 60)
    bench.relay.cut = true
    await bench.until(() => bench.driver.report() === undefined, 6)
    // The backup time of the controller ends the call by itself.
    await bench.until(() => !bench.device.called(2), 20)
    expect(bench.faults.map(({ code }) => code)).toEqual(['ntcip-silent'])
    bench.relay.cut = false
    await bench.until(() => bench.device.called(2), 10)
    await bench.until(() => bench.preempt?.state === 'dwell', 60)
    expect(bench.faults).toHaveLength(1)
  })

  it('a controller that has restarted is checked anew before it is called again', async () => {
    bench = await NtcipBench.open(crossing())
    await inPlan()
    bench.driver.demand([{ approach: 'e', urgency: 3 }])
    await bench.until(() => bench.preempt?.state === 'dwell', 60)
    await bench.restartDevice()
    await bench.program(preempt(22, 2), 0)
    await bench.until(() => bench.driver.report()?.refusal !== undefined, 6)
    expect(bench.device.called(2)).toBe(false)
    await bench.program(preempt(22, 2), 255)
    await bench.until(() => bench.preempt?.approach === 'e', startUpS + 15)
  })

  it('answers that cannot be true are no report and are told with their object', async () => {
    bench = await NtcipBench.open(crossing())
    await inPlan()
    // phaseStatusGroupReds.1, an integer of one octet: everything is red at once.
    const reds = Buffer.from('2b06010401893604020101040102010201', 'hex')
    bench.relay.weather = {
      garble: (answer) => {
        const at = answer.indexOf(reds)
        if (at >= 0) answer[at + reds.length] = 0x7f
        return answer
      },
    }
    await bench.until(() => bench.driver.report() === undefined, 6)
    expect(bench.faults[0]?.fields[0]?.field).toBe('phaseStatusGroupReds.1')
    expect(bench.faults[0]?.message).toMatch(
      /1\.3\.6\.1\.4\.1\.1206\.4\.2\.1\.1\.4\.1\.2\.1\) = 127: phase \d .*at once/,
    )
    expect(bench.faults.map(({ code }) => code)).toEqual(['ntcip-value', 'ntcip-silent'])
    bench.relay.weather = {}
    await armed()
  })

  it('what cannot be read at all is no report either', async () => {
    bench = await NtcipBench.open(crossing())
    await armed()
    let turn = 0
    bench.relay.weather = {
      garble: (answer) => {
        turn++
        if (turn % 2 === 0) return answer.subarray(0, turn % answer.length)
        answer[turn % answer.length] = (answer[turn % answer.length] as number) ^ 0xff
        return answer
      },
    }
    await bench.pass(10)
    bench.relay.weather = { garble: () => Buffer.from('not SNMP') }
    await bench.until(() => bench.driver.report() === undefined, 6)
    bench.relay.weather = {}
    await armed()
  })
})

describe('at the cabinet', () => {
  it('flash and hand are reported and end what runs', async () => {
    bench = await NtcipBench.open(crossing())
    await inPlan()
    bench.device.setControl({ by: 'flash' })
    await bench.until(() => bench.driver.report()?.display.mode === 'flash', 60)
    expect(bench.preempt?.state).toBe('other')
    expect(bench.driver.report()?.display.groups['v-n']).toBe('caution-Conflicting-Traffic')
    bench.device.setControl({ by: 'hand', stage: 's2' })
    await bench.until(() => bench.driver.report()?.display.mode === 'manual', startUpS + 60)
    expect(bench.preempt?.state).toBe('other')
  })
})

describe('security', () => {
  const user = { name: 'clearway', authKey: 'a long password', privKey: 'another password' }
  it.each([
    ['v1', { version: '1', community: 'public' }, {}],
    ['v2c', { version: '2c', community: 'public' }, {}],
    ['v3 with authentication and privacy', undefined, { user }],
    ['v3 with authentication', undefined, { user: { ...user, privKey: undefined } }],
    ['v3 without either, asked for by name', undefined, { user: { name: 'open' } }],
  ])('%s', async (_, community, options) => {
    bench = await NtcipBench.open(crossing(), options, (usual) =>
      community ? { ...usual, snmp: community as typeof usual.snmp } : usual,
    )
    bench.driver.demand([{ approach: 'w', urgency: 3 }])
    await bench.until(() => bench.device.called(4), 5)
    expect(bench.faults).toEqual([])
  })

  it.each([
    ['a wrong community', { version: '2c', community: 'wrong' }],
    ['an unknown user', { version: '3', user: 'who', authKey: 'a long password', privKey: 'another password' }],
    ['a wrong key', { version: '3', user: 'clearway', authKey: 'a wrong password', privKey: 'another password' }],
  ])('%s gets no report', async (_, wrong) => {
    bench = await NtcipBench.open(crossing(), { user }, (usual) => ({ ...usual, snmp: wrong as typeof usual.snmp }))
    await bench.pass(6)
    expect(bench.driver.report()).toBeUndefined()
    expect(bench.faults.length).toBeGreaterThan(0)
    expect(bench.faults[0]?.message).not.toContain('password')
  })
})
