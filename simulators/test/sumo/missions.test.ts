import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '@clearway/contracts'
import type { SumoPlan } from '@clearway/routing'
import { afterAll, describe, expect, it } from 'vitest'
import { readDemand, readVehicleTypes } from '../../src/sumo/demand-file.ts'
import { generateMissions, readMissions, shiftOf } from '../../src/sumo/missions.ts'

const folder = mkdtempSync(join(tmpdir(), 'clearway-missions-'))
afterAll(() => rmSync(folder, { recursive: true }))

function written(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

const edges = ['a', 'b', 'c', 'd', 'e']
const plan = {
  edges: new Map(edges.map((id) => [id, { lanes: [] }])),
  arcOf: new Map(edges.map((id, arc) => [id, arc])),
  signals: new Map(
    ['a', 'b', 'c'].map((fromEdge) => [
      `j-${fromEdge}`,
      {
        id: fromEdge,
        program: undefined,
        links: [{ linkIndex: 0, fromEdge, fromLane: 0, toEdge: 'x', approach: 'a1' }],
      },
    ]),
  ),
} as unknown as SumoPlan

describe('a file of missions', () => {
  it('gives departures and routes', () => {
    const file = written('good.json', '[{"id":7,"depart":60,"origin":"a","route":["a","b"]}]')
    expect(readMissions(file, plan)).toEqual([{ id: '7', departS: 60, route: ['a', 'b'] }])
  })

  it.each([
    ['[{"id":1,"depart":-1,"route":["a"]}]', /\[0\]\.depart -1/],
    ['[{"id":1,"depart":1,"route":["a","nowhere"]}]', /\[0\]\.route has "nowhere"/],
    ['[{"id":1,"depart":1,"route":["a"]},{"id":1,"depart":2,"route":["a"]}]', /an id twice/],
    ['[]', /empty/],
    ['{', /cannot be read/],
  ])('is refused by the field that is wrong: %s', (text, reason) => {
    expect(() => readMissions(written('bad.json', text), plan)).toThrow(reason)
  })
})

describe('missions that are drawn', () => {
  const demand = [
    { id: '1', departS: 0, route: ['a', 'b', 'c', 'd'] },
    { id: '2', departS: 600, route: ['d', 'e'] },
  ]

  it('follow trips that pass signals, in the middle of the demand, the same for the same seed', () => {
    const drawn = generateMissions(demand, plan, 4, seededRandom(1))
    expect(drawn.map(({ route }) => route)).toEqual(Array(4).fill(demand[0]!.route))
    expect(drawn.every(({ departS }) => departS >= 100 && departS <= 500)).toBe(true)
    expect(generateMissions(demand, plan, 4, seededRandom(1))).toEqual(drawn)
  })

  it('are refused where nobody passes signals', () => {
    expect(() => generateMissions(demand.slice(1), plan, 1, seededRandom(1))).toThrow(/passes 3 signals/)
  })
})

it('shifts the trips of each seed differently', () => {
  expect([1, 2, 3, 4, 5].map(shiftOf)).toEqual([0, 23, 47, 71, 97])
  expect(new Set(Array.from({ length: 20 }, (_, i) => shiftOf(i + 1))).size).toBe(20)
})

it.each(['absent.rou.xml', 'absent.rou.xml.gz'])('says that a demand cannot be read: %s', async (name) => {
  await expect(readDemand(name)).rejects.toThrow(/cannot read the demand absent\.rou\.xml.*ENOENT/)
})

it('reads the trips of a demand, with routes of their own and named ones', async () => {
  const file = written(
    'demand.rou.xml',
    `<routes>
      <vType id="car" length="5" maxSpeed="11.1"/>
      <route id="r" edges="c d"/>
      <vehicle id="1" type="car"
        depart="5.00"><route edges="a b"/></vehicle>
      <vehicle id="2" depart="7" route="r"/>
    </routes>`,
  )
  expect(await readDemand(file)).toEqual([
    { id: '1', departS: 5, topSpeedMps: 11.1, route: ['a', 'b'] },
    { id: '2', departS: 7, route: ['c', 'd'] },
  ])
  expect([...(await readVehicleTypes(file))]).toEqual([['car', { id: 'car', length: '5', maxSpeed: '11.1' }]])
})
