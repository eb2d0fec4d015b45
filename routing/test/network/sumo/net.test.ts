import { City, compile, cycleOf, InputError } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { arcFlag } from '../../../src/network/road-network.ts'
import { arcBetween, mapFolder } from '../drawn-file.ts'
import { type DrawnNet, drawnNet } from './drawn-net.ts'

const { load } = mapFolder()
const origin = { lon: 117, lat: 36 }
const at = (x: number, y: number): [number, number] => [
  117 + x / (111_195 * Math.cos((36 * Math.PI) / 180)),
  36 + y / 111_195,
]

/** A street W–B–E, a side street N–B, and a one-way street from E to N. */
const town: DrawnNet = {
  junctions: { W: [-100, 0], B: [0, 0], E: [100, 0], N: [0, 100] },
  edges: {
    'W B': { lanes: ['', ''] },
    'B W': {},
    'B E': { edge: 'name="解放路" type="highway.primary_link"' },
    'E B': {},
    'B N': {},
    'N B': {},
    'E N': { edge: 'shape="100,0 100,100 0,100"', lanes: ['speed="8" length="190"'] },
  },
  connections: {
    'W B>B E': '',
    'W B>B N': '',
    'E B>B W': '',
    'N B>B W': '',
    'N B>B E': '',
    'B E>E N': '',
    'B E>E B': '',
    'E N>N B': '',
    'B N>N B': '',
    'B W>W B': '',
  },
}
const withEdges = (over: DrawnNet['edges'], more: Partial<DrawnNet> = {}): string =>
  drawnNet({ ...town, ...more, edges: { ...town.edges, ...over } })

describe('a SUMO network', () => {
  it('has its edges as roads, with names, classes, lanes, speeds, from junction to junction', async () => {
    const town1 = await load('town.net.xml', drawnNet(town), { origin })
    const { network, city, report } = town1
    expect(compile(City).faults(city)).toEqual([])
    expect(report.kept).toMatchObject({ nodes: 4, arcs: 7, contraflowArcs: 1 })
    expect(report.notes).toContain('no projection: metres are laid on a plane around 117,36')
    const [toMiddle, toEast] = [arcBetween(town1, at(-100, 0), at(0, 0)), arcBetween(town1, at(0, 0), at(100, 0))]
    expect(network.lanes[toMiddle]).toBe(2)
    // Lanes end at stop lines, arcs in the middle of junctions.
    expect(network.lengthM[toMiddle]).toBe(100)
    expect(network.streetNames[network.street[toEast]!]).toBe('解放路')
    expect(network.flags[toEast]! & arcFlag.link).toBe(arcFlag.link)
    const bent = arcBetween(town1, at(100, 0), at(0, 100))
    expect(network.lengthM[bent]).toBe(200)
    expect(network.speedMps[bent]).toBe(8)
    expect(network.shapeStart[bent + 1]! - network.shapeStart[bent]!).toBe(3)
    expect(network.flags[network.reverse[bent]!]! & arcFlag.contraflow).toBe(arcFlag.contraflow)
  })

  it('forbids the turns that have no connection', async () => {
    const imported = await load('town.net.xml', drawnNet(town), { origin })
    const banned = imported.network.turnBans.map(({ arcs }) => [...arcs])
    expect(banned).toEqual([[arcBetween(imported, at(100, 0), at(0, 0)), arcBetween(imported, at(0, 0), at(0, 100))]])
  })

  it('keeps a length that the file states', async () => {
    const imported = await load(
      'town.net.xml',
      withEdges({ 'W B': { edge: 'length="130"', lanes: ['length="130"'] } }),
      { origin },
    )
    expect(imported.network.lengthM[arcBetween(imported, at(-100, 0), at(0, 0))]).toBe(130)
  })

  it('lets drive whom its lanes let drive', async () => {
    const imported = await load(
      'town.net.xml',
      withEdges({
        'W B': { lanes: ['allow="bus"', 'disallow="tram"'] },
        'E N': { lanes: ['allow="emergency bus"'] },
        'B N': { lanes: ['disallow="all"'] },
      }),
      { origin },
    )
    const { network, report } = imported
    expect(report.dropped['edges: not for cars']).toBe(1)
    // The bus street, and the street beyond it, which cars can only leave; each with the arc against it.
    expect(report.kept).toMatchObject({ emergencyOnlyArcs: 4 })
    expect(network.lanes[arcBetween(imported, at(-100, 0), at(0, 0))]).toBe(1)
    const bus = arcBetween(imported, at(100, 0), at(0, 100))
    expect(network.flags[bus]! & arcFlag.emergencyOnly).toBe(arcFlag.emergencyOnly)
  })

  it('lies where its projection says', async () => {
    // UTM zone 50 north: 500 km east is 117° E.
    const location =
      'netOffset="-500000.00,-3986000.00" projParameter="+proj=utm +zone=50 +ellps=WGS84 +datum=WGS84 +units=m +no_defs"'
    const { city } = await load('town.net.xml', drawnNet({ ...town, location }))
    expect(city.bounds.west).toBeCloseTo(117 - 100 / 90_000, 4)
    expect(city.bounds.south).toBeCloseTo(36.018, 2)
  })

  it.each([
    [drawnNet(town).slice(0, 900), /no well-formed XML/],
    [drawnNet(town).replaceAll('net', 'network'), /no map that can be read|<network> is the root/],
    [drawnNet(town).replace('x="-100"', 'x="NaN"'), /<junction> has x "NaN", expected a number/],
    [
      drawnNet(town).replace('shape="100,0 100,100', 'shape="100,0 100;100'),
      /<edge> has shape with "100;100", expected x,y/,
    ],
    [drawnNet({ ...town, location: 'netOffset="0" projParameter="!"' }), /<location> has netOffset with "0"/],
    [
      drawnNet({ ...town, location: 'netOffset="0,0" projParameter="+proj=nonsense"' }),
      /projection "\+proj=nonsense" cannot be used/,
    ],
    [
      drawnNet({
        ...town,
        location: 'netOffset="0,0" projParameter="+proj=utm +zone=50"',
        junctions: { ...town.junctions, W: [1e12, 0] },
      }),
      /projection .* cannot be used/,
    ],
    [withEdges({ 'W X': {} }), /edge "W-X": its junction "X" is not in the file/],
    [withEdges({ 'W B': { lanes: [] } }), /edge "W-B": it has no lanes/],
    [withEdges({ 'W B': { lanes: ['speed="-3"'] } }), /<lane> has speed "-3"/],
    [drawnNet({ ...town, edges: {}, connections: {} }), /no roads/],
  ])('that is wrong is refused with place and reason', async (content, reason) => {
    await expect(load('town.net.xml', content, { origin })).rejects.toThrow(reason)
    await expect(load('town.net.xml', content, { origin })).rejects.toThrow(InputError)
  })
})

describe('a signal of a SUMO network', () => {
  const signalled = (phases: [durationS: number, state: string][], offset = 0): DrawnNet => ({
    ...town,
    connections: {
      ...town.connections,
      'W B>B E': 'tl="B" linkIndex="0"',
      'W B>B N': 'tl="B" linkIndex="1"',
      'E B>B W': 'tl="B" linkIndex="2"',
      'N B>B W': 'tl="B" linkIndex="3"',
      'N B>B E': 'tl="B" linkIndex="4"',
    },
    more: `<tlLogic id="B" type="static" programID="0" offset="${offset}">${phases
      .map(([duration, state]) => `<phase duration="${duration}" state="${state}"/>`)
      .join('')}</tlLogic>`,
  })
  const program: [number, string][] = [
    [30, 'GrGrr'],
    [3, 'yryrr'],
    [2, 'rrrrr'],
    [10, 'rGrrr'],
    [4, 'ryrrr'],
    [20, 'rrrGg'],
    [3, 'rrryy'],
  ]

  it('runs the program of the file as stages, with a group for each pattern', async () => {
    const { city, report } = await load('town.net.xml', drawnNet(signalled(program, 7)), { origin })
    expect(report.kept).toMatchObject({ junctions: 1, junctionsWithProgram: 1 })
    const [table] = city.junctions
    expect(table).toMatchObject({ id: 'j-b', provenance: 'synthetic', cycleS: 72, offsetS: 7 })
    expect(cycleOf(table!)).toBeCloseTo(72, 9)
    // From the west two signals rule one lane: who waits to turn left would block a vehicle that goes straight on.
    expect(table!.preempt.serves).toBeUndefined()
    const west = table!.approaches.find(({ bearingDeg }) => Math.abs(bearingDeg - 90) < 1)!
    expect(west.exits).toHaveLength(2)
    expect(west.connections).toHaveLength(1)
    const left = west.connections![0]!.group
    const stages = table!.stages.map(({ groups, greenS }) => [groups.length, greenS])
    expect(stages).toEqual([
      [2, 30],
      [1, 10],
      [1, 20],
    ])
    expect(table!.stages[1]!.groups).toEqual([left])
    expect(table!.groups.map(({ yellowS }) => yellowS).sort()).toEqual([3, 3, 3, 4])
    const opposite = table!.stages[0]!.groups.find((group) => group !== west.group)!
    expect(table!.intergreens).toContainEqual({ ends: opposite, begins: left, redS: 2 })
  })

  it.each([
    [
      [
        [30, 'GrGrr'],
        [2, 'yryrr'],
        [20, 'rGrGG'],
        [3, 'ryryy'],
      ],
      /a yellow lasts 2 s/,
    ],
    [
      [
        [30, 'GrGGG'],
        [3, 'yryyy'],
      ],
      /a movement is never green/,
    ],
    [[[90, 'GGGGG']], /fewer than two stages/],
    [
      [
        [30, 'GGGrr'],
        [3, 'yyyrr'],
        [20, 'oooGG'],
        [3, 'rrryy'],
      ],
      /states other than/,
    ],
    [
      [
        [30, 'GGGrr'],
        [3, 'yyyrr'],
        [400, 'rrrGG'],
        [3, 'rrryy'],
      ],
      /longer than three minutes|cycle of/,
    ],
  ] as [[number, string][], RegExp][])(
    'gets synthetic timing where its program does not fit, and the report says why',
    async (phases, reason) => {
      const { city, report } = await load('town.net.xml', drawnNet(signalled(phases)), { origin })
      expect(report.kept).toMatchObject({ junctions: 1, junctionsWithProgram: 0 })
      expect(report.dropped['signals: programs that do not fit, timing is synthetic']).toBe(1)
      expect(report.notes.find((line) => line.startsWith('j-b'))).toMatch(reason)
      expect(cycleOf(city.junctions[0]!)).toBeCloseTo(city.junctions[0]!.cycleS, 6)
    },
  )
})
