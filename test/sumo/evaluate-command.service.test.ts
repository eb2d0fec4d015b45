import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { EvaluationResult } from '../../bin/evaluation/green-channel.ts'
import { testData } from '../../routing/test/test-data.ts'
import { need } from '../debian-packages.ts'

const netFile = testData('networks/jinan-3x4/sumo/jinan.net.xml.gz')
const ready = need('sumo') !== undefined && netFile !== undefined
const data = (name: string) => testData(`networks/jinan-3x4/${name}`) as string
const folder = mkdtempSync(join(tmpdir(), 'clearway-evaluate-'))
afterAll(() => rmSync(folder, { recursive: true }))

const command = join(import.meta.dirname, '..', '..', 'bin', 'clearway.ts')
const clearwayCommand = (...words: string[]) =>
  spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', command, 'evaluate', ...words], {
    encoding: 'utf8',
  })
const evaluate = (...more: string[]) =>
  clearwayCommand(
    'green-channel',
    ...['--network', netFile as string, '--demand', data('sumo/jinan_6295.rou.xml.gz')],
    ...['--signals', data('sumo/tls_6295_coord120.add.xml')],
    ...more,
  )

describe.skipIf(!ready)('clearway evaluate green-channel (needs sumo and CLEARWAY_TEST_DATA)', () => {
  it('compares controllers over seeds and writes table and results', () => {
    const missions = join(folder, 'missions.json')
    const [first] = JSON.parse(readFileSync(data('ambulances.json'), 'utf8'))
    writeFileSync(missions, JSON.stringify([{ ...first, depart: 120 }]))
    const json = join(folder, 'results.json')
    const controllers = ['--controllers', 'clearway', '--variant', 'short:sessions.hours=1']
    const run = evaluate(
      '--missions',
      missions,
      ...controllers,
      '--seeds',
      '1',
      '--last-s',
      '370',
      '--json',
      json,
      '--out',
      join(folder, 'out'),
    )
    expect(run.stderr).toMatch(/clearway-short, seed 1: 370 s in/)
    expect(run.status).toBe(0)
    expect(run.stdout).toMatch(/^\| clearway \| 1\.\d+ \| 1\.\d+ \| -?\d+ \|/m)
    const { freeFlowS, controllers: results } = JSON.parse(readFileSync(json, 'utf8'))
    expect(freeFlowS).toBe(137)
    expect(results.map(({ name }: { name: string }) => name)).toEqual(['none', 'clearway', 'clearway-short'])
    const [none, clearway, short] = results
    expect(none).toMatchObject({
      othersCostVehS: 0,
      othersMeanDelayChange: 0,
      monitorTrips: 0,
      seeds: 1,
      unfinished: 0,
    })
    expect(none.ratioMean).toBeGreaterThan(clearway.ratioMean)
    expect(short.ratioMean).toBe(clearway.ratioMean)
    expect(clearway).toMatchObject({
      redPassings: 0,
      settings: {},
      sides: { across: { vehicles: expect.any(Number) } },
    })
    expect(clearway.recoveries + clearway.unrecovered).toBeGreaterThan(0)
    expect(readFileSync(join(folder, 'out', 'table.md'), 'utf8')).toContain(run.stdout.trim())
    expect(readFileSync(join(folder, 'out', 'trade-off.svg'), 'utf8')).toContain('>clearway-short</text>')
    expect(readFileSync(join(folder, 'out', 'trips.svg'), 'utf8').match(/<circle/g)).toHaveLength(3)
    const merged = clearwayCommand('merge', json, json)
    expect([merged.status, merged.stdout]).toEqual([0, run.stdout])
  }, 120_000)

  it('lets people walk beside the traffic: nothing changes without a pre-emption, and it waits for them', () => {
    const missions = join(folder, 'one-mission.json')
    const [first] = JSON.parse(readFileSync(data('ambulances.json'), 'utf8'))
    writeFileSync(missions, JSON.stringify([{ ...first, depart: 120 }]))
    const runs = [[], ['--pedestrians']].map((more, i) => {
      const json = join(folder, `walk-${i}.json`)
      const run = evaluate(
        ...['--missions', missions, '--controllers', 'lead-15', '--seeds', '1', '--last-s', '370', '--json', json],
        ...more,
      )
      expect(run.status).toBe(0)
      return { stderr: run.stderr, result: JSON.parse(readFileSync(json, 'utf8')) }
    }) as [{ stderr: string; result: EvaluationResult }, { stderr: string; result: EvaluationResult }]
    const [alone, walked] = runs
    expect(walked.stderr).toContain('People walk over 48 of 48 arms of 12 junctions; 0 stages are too short.')
    expect(walked.result.conditions.signals.pedestrians).toEqual({ walkS: 7, speedMps: 1.2 })
    expect(walked.result.runs[0]?.digest).toBe(alone.result.runs[0]?.digest)
    expect(walked.result.runs[1]?.digest).not.toBe(alone.result.runs[1]?.digest)
    expect(walked.result.controllers.map(({ monitorTrips }) => monitorTrips)).toEqual([0, 0])
    const tripS = ({ result }: { result: EvaluationResult }) => result.controllers[1]!.tripMeanS
    expect(tripS(walked)).toBeGreaterThan(tripS(alone))
  }, 240_000)

  it('names a wrong controller, a wrong number and a missing file, with their exit codes', () => {
    const wrong = evaluate('--controllers', 'lead')
    expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringMatching(/controller "lead" is not one of none,/)])
    expect(evaluate('--seeds', '0').status).toBe(2)
    const missing = evaluate('--missions', join(folder, 'absent.json'))
    expect([missing.status, missing.stderr]).toEqual([
      1,
      expect.stringMatching(/absent\.json: missions cannot be read/),
    ])
  }, 60_000)
})
