import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { percentile } from '../bin/evaluation/estimate.ts'
import type { EvaluationResult } from '../bin/evaluation/green-channel.ts'
import { mergeResults, readResults } from '../bin/evaluation/result-file.ts'
import { type EvaluatedRun, faultsOf, resultsOf } from '../bin/evaluation/results.ts'
import type { ControllerSpec } from '../bin/evaluation/run-order.ts'
import { tablesOf } from '../bin/evaluation/table.ts'
import { drawTradeOff } from '../bin/evaluation/trade-off-picture.ts'
import { drawTrips } from '../bin/evaluation/trips-picture.ts'

const folder = mkdtempSync(join(tmpdir(), 'clearway-results-'))
afterAll(() => rmSync(folder, { recursive: true }))

const missions = [
  { id: '0', departS: 100, route: ['a'] },
  { id: '1', departS: 200, route: ['b'] },
]
const freeFlowOfMissionsS = [100, 200]
const none: ControllerSpec = { name: 'none', kind: 'none' }
const lead: ControllerSpec = { name: 'lead-15', kind: 'lead', leadS: 15 }
const clearway: ControllerSpec = { name: 'clearway', kind: 'clearway', settings: {} }

/** Two trips of these seconds; ten others, half along and half across. */
function run(controller: string, seed: number, tripsS: number[], along: number, across: number): EvaluatedRun {
  const ambulances = tripsS.map((durationS, i) => ({
    ...{ id: `amb-${i}`, departS: 0, departDelayS: 10, durationS: durationS - 10, timeLossS: 0 },
    ...{ stops: 2, standingS: 7, arrived: true },
  }))
  const absence = (releasedS: number, recoveredS: number | undefined) => ({
    ...{ junction: 'j', enteredS: 0, releasedS, recoveredS, wastedGreenS: 4, missions: [] },
  })
  return {
    ...{ controller, seed, ambulances, others: 10, othersDelayVehS: along + across },
    othersBySide: {
      along: { vehicles: 5, delayVehS: along },
      across: { vehicles: 5, delayVehS: across },
      elsewhere: { vehicles: 0, delayVehS: 0 },
    },
    absences: controller === 'none' ? [] : [absence(10, 40), absence(10, 60), absence(10, undefined)],
    passings: [{ mission: '0', junction: 'j', atS: 5, shown: controller === 'bluelight' ? 'red' : 'green' }],
    ...{ monitorTrips: 0, digest: `${controller}-${seed}`, simulatedS: 600, tookS: 60 },
    memory: { processMiB: 100 * seed, heapMiB: 40 + seed, sumoMiB: 30 },
    ...(controller !== 'none' && { plannerTimes: { step: times(seed), dispatch: times(2 * seed) } }),
  }
}

const times = (ms: number) => ({ count: 10, p50Ms: ms, p99Ms: 2 * ms, mostMs: 3 * ms })

const runs = [
  run('none', 1, [200, 400], 100, 100),
  run('none', 2, [220, 400], 100, 100),
  run('lead-15', 1, [120, 240], 90, 130),
  run('lead-15', 2, [120, 260], 90, 150),
]

function resultWith(controllers: ControllerSpec[], of: EvaluatedRun[]): EvaluationResult {
  const measured = { missions, freeFlowOfMissionsS, runs: of }
  const scenario = { netFile: '/x/net.xml', demandFile: '/x/rou.xml', teleportS: -1 }
  const signals = { minGreenS: 7, maxPresenceS: 120 }
  const disturbances = { silentJunctions: 0, positionEveryS: 1, falseDetectors: 0 }
  const conditions = {
    scenario,
    signals,
    detectorPeriodS: 5,
    disturbances,
    transport: 'memory' as const,
    ways: 'chosen' as const,
  }
  return { freeFlowS: 150, controllers: resultsOf(controllers, measured), ...measured, conditions }
}

describe('the results of an evaluation', () => {
  const [base, own] = resultWith([none, lead], runs).controllers as [
    EvaluationResult['controllers'][0],
    EvaluationResult['controllers'][0],
  ]

  it('compare trips with free flow and others with no priority of the same seed', () => {
    expect(base).toMatchObject({ othersCostVehS: 0, othersMeanDelayChange: 0, recoveryMeanS: null, seeds: 2 })
    expect(own.ratioMean).toBeCloseTo((1.2 + 1.2 + 1.2 + 1.3) / 4, 9)
    expect(own.ratioWorst).toBe(1.3)
    expect(own).toMatchObject({ othersCostVehS: 15, tripMeanS: 185, delayMeanS: 35, stopsMean: 2, standingMeanS: 7 })
    expect(own.othersMeanDelayChange).toBeCloseTo(0.15, 9)
    expect(own.sides.along.delayChange).toBeCloseTo(-0.1, 9)
    expect(own.sides).toMatchObject({ elsewhere: { delayChange: null, meanDelayS: null } })
    expect(own.sides.across.delayChange).toBeCloseTo(0.4, 9)
  })

  it('tell the spread over the seeds', () => {
    // 10 and 20 vehicle seconds a trip: half their distance by Student’s t of one degree of freedom.
    expect(own.othersCostVehS95).toBeCloseTo(12.706 * 5, 3)
    expect(resultWith([none], runs.slice(0, 1)).controllers[0]).toMatchObject({ ratioMean95: null })
  })

  it('count recoveries, green that nobody used, and stop lines passed at red', () => {
    expect(own).toMatchObject({ recoveryMeanS: 40, recoveryP95S: 50, recoveries: 4, unrecovered: 2, wastedGreenS: 6 })
    expect(own.redPassings).toBe(0)
    const bluelight: ControllerSpec = { name: 'bluelight', kind: 'bluelight' }
    const stress = resultWith([bluelight], [runs[0]!, run('bluelight', 1, [100, 200], 500, 500)])
    expect(stress.controllers[0]).toMatchObject({ redPassings: 1, ratioMean: 1 })
  })

  it('are written as tables and drawn, every controller and every trip', () => {
    const result = resultWith([none, lead], runs)
    const tables = tablesOf(result)
    expect(tables).toMatch(/^\| lead-15 \| 1\.225 ± 0\.318 \| 1\.30 \| 15 ± 64 \|/m)
    expect(tables).toMatch(/^\| none \| 20\.0 ± 0\.0 \|.* – \| – \| 0 \|/m)
    const tradeOff = drawTradeOff(result)
    expect(tradeOff.match(/<circle/g)).toHaveLength(2)
    expect(drawTrips(result).match(/<circle/g)).toHaveLength(8)
    for (const svg of [tradeOff, drawTrips(result)]) expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('tell what a run took of the machine, where all runs have it', () => {
    expect(own.machine).toEqual({
      realTimeShare: 0.1,
      memory: { processMiB: 200, heapMiB: 42, sumoMiB: 30 },
      planner: {
        step: { count: 20, p50Ms: 1.5, p99Ms: 3, mostMs: 6 },
        dispatch: { count: 20, p50Ms: 3, p99Ms: 6, mostMs: 12 },
      },
    })
    const tables = tablesOf(resultWith([none, lead], runs))
    expect(tables).toMatch(
      /^\| lead-15 \| 0\.100 \| 1\.5 \/ 3\.0 \/ 6\.0 \| 3\.0 \/ 6\.0 \/ 12\.0 \| 200 \| 42 \| 30 \|$/m,
    )
    expect(tables).toMatch(/^\| none \| 0\.100 \| – \| – \| 200 \|/m)
    const older = runs.map(({ memory: _, ...rest }) => rest as EvaluatedRun)
    expect(tablesOf(resultWith([none, lead], older))).not.toContain('MiB')
  })

  it('are drawn without a stress case that is far beyond the others, which is told in words', () => {
    const bluelight: ControllerSpec = { name: 'bluelight', kind: 'bluelight' }
    const all = [...runs, run('bluelight', 1, [100, 200], 90_000, 0), run('bluelight', 2, [100, 200], 90_000, 0)]
    const svg = drawTradeOff(resultWith([none, lead, bluelight], all))
    expect(svg.match(/<circle/g)).toHaveLength(2)
    expect(svg).toMatch(/bluelight: 1\.00 at 44,900 veh·s per trip/)
  })
})

describe('what no run may do', () => {
  it('is to pass a red, but for the blue-light device, or to make a conflict monitor trip', () => {
    const bluelight: ControllerSpec = { name: 'bluelight', kind: 'bluelight' }
    const safe = [runs[0]!, run('bluelight', 1, [100, 200], 500, 500)]
    expect(faultsOf(resultWith([none, bluelight], safe))).toEqual([])
    const red = { ...run('lead-15', 1, [100, 200], 500, 500), passings: safe[1]!.passings, monitorTrips: 2 }
    expect(faultsOf(resultWith([none, lead], [runs[0]!, red]))).toEqual([
      'lead-15: ambulances passed 1 stop lines at red (seed 1: j at 5 s)',
      'lead-15: 2 conflict monitors tripped',
    ])
  })
})

describe('results that were made apart', () => {
  const parts = (...results: EvaluationResult[]) => results.map((result, i) => ({ file: `${i}.json`, result }))
  const seedOf = (seed: number) => runs.filter((one) => one.seed === seed)

  it('are joined by seeds and by controllers to those of one evaluation', () => {
    const whole = resultWith([none, lead], runs)
    const bySeed = mergeResults(parts(resultWith([none, lead], seedOf(1)), resultWith([none, lead], seedOf(2))))
    expect(bySeed.controllers).toEqual(whole.controllers)
    const without = runs.filter(({ controller }) => controller === 'none')
    const byController = mergeResults(parts(resultWith([none], without), whole))
    expect(byController.controllers).toEqual(whole.controllers)
    expect(byController.runs).toHaveLength(4)
  })

  it('keep the settings of a variant, and refuse others under the same name', () => {
    const own = (settings: Record<string, string>) => {
      const spec: ControllerSpec = { name: 'clearway-a', kind: 'clearway', settings }
      return resultWith([none, spec], [...seedOf(1), run('clearway-a', 1, [110, 210], 90, 90)])
    }
    const merged = mergeResults(parts(own({ k: '1' }), resultWith([none, clearway], [...seedOf(1)])))
    expect(merged.controllers[1]).toMatchObject({ name: 'clearway-a', settings: { k: '1' } })
    expect(() => mergeResults(parts(own({ k: '1' }), own({ k: '2' })))).toThrow(
      /1\.json has other settings for clearway-a/,
    )
  })

  it('are refused when the case is another, or a run came out differently', () => {
    const one = resultWith([none], seedOf(1))
    const other = { ...one, conditions: { ...one.conditions, signals: { minGreenS: 5, maxPresenceS: 120 } } }
    expect(() => mergeResults(parts(one, other))).toThrow(/1\.json is of another case than 0\.json: signals differs/)
    const moved = {
      ...one,
      conditions: { ...one.conditions, scenario: { ...one.conditions.scenario, netFile: 'y/net.xml' } },
    }
    expect(mergeResults(parts(one, moved)).runs).toHaveLength(2)
    const changed = { ...one, runs: one.runs.map((each) => ({ ...each, digest: 'else' })) }
    expect(() => mergeResults(parts(one, changed))).toThrow(/1\.json has another run of none, seed 1/)
  })

  it('are read from files, which must be those of an evaluation', () => {
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const result = resultWith([none, lead], runs)
    expect(readResults(file('good.json', JSON.stringify(result))).runs).toHaveLength(4)
    expect(() => readResults(join(folder, 'absent.json'))).toThrow(/absent\.json cannot be read/)
    expect(() => readResults(file('list.json', '[]'))).toThrow(/no results of an evaluation: controllers is missing/)
    const old = { ...result, runs: [{ ...runs[0], absences: undefined }] }
    expect(() => readResults(file('old.json', JSON.stringify(old)))).toThrow(/older version/)
  })
})

it('finds the value below which a share of all lies', () => {
  expect(percentile([5, 1, 3, 2, 4], 0.95)).toBe(5)
  expect(percentile([5, 1, 3, 2, 4], 0.4)).toBe(2)
  expect(percentile([], 0.5)).toBeNaN()
})
