import { describe, expect, it } from 'vitest'
import { routeSteps } from '../../src/guidance/route-steps.ts'
import { stepText } from '../../src/guidance/step-text.ts'
import { arcFlag, roadClasses } from '../../src/network/road-network.ts'
import type { DrivingProfile } from '../../src/search/driving-profile.ts'
import { routeAlong } from '../../src/search/route-answer.ts'
import { type DrawnRoads, roads } from '../roads.ts'

/** Gives roads their names: `named(network, 'A-B-C Long Street, B-D Short Lane')`. */
function named(network: DrawnRoads, names: string): DrawnRoads {
  const streets = ['']
  for (const one of names.split(',')) {
    const [line, ...words] = one.trim().split(' ') as [string, ...string[]]
    const street = streets.push(words.join(' ')) - 1
    each(network, line, (arc) => {
      network.street[arc] = street
    })
  }
  network.streetNames = streets
  return network
}

function each(network: DrawnRoads, line: string, set: (arc: number) => void): void {
  const nodes = line.split(/[->]/)
  for (let i = 1; i < nodes.length; i++) {
    set(network.arc(`${nodes[i - 1]}>${nodes[i]}`))
    set(network.arc(`${nodes[i]}>${nodes[i - 1]}`))
  }
}

const flag = (network: DrawnRoads, line: string, bit: number): void =>
  each(network, line, (arc) => {
    network.flags[arc]! |= bit
  })

/** The steps of a drive through the given nodes. */
function steps(network: DrawnRoads, line: string, profile: DrivingProfile['name'] = 'car') {
  const nodes = line.split('>')
  const arcs = Int32Array.from(nodes.slice(1), (node, i) => network.arc(`${nodes[i]}>${node}`))
  return routeSteps(network, routeAlong(network, arcs, { profile }))
}
const english = (network: DrawnRoads, line: string, profile?: DrivingProfile['name']) =>
  steps(network, line, profile).map(({ text }) => text.en)

/** A crossroads at M: west, north, east, south, and roads at 30° and 150° to the right of straight on. */
const cross: Record<string, [number, number]> = {
  ...{ W: [-200, 0], M: [0, 0], N: [0, 200], E: [200, 0], S: [0, -200], F: [173, -100], B: [-173, -100] },
}
const crossroads = () =>
  named(
    roads('W-M 20s, M-N 20s, M-E 20s, M-S 20s, M-B 20s', '', cross),
    'W-M West Street, M-N North Street, M-E East Street, M-S South Street, M-B Back Lane',
  )

describe('a turn', () => {
  it.each([
    ['W>M>N', 'left', 'Turn left into North Street', '左转进入North Street'],
    ['W>M>S', 'right', 'Turn right into South Street', '右转进入South Street'],
    ['W>M>E', 'straight', 'Go straight on into East Street', '直行进入East Street'],
    ['W>M>B', 'sharp-right', 'Turn sharp right into Back Lane', '向右后方急转，进入Back Lane'],
    ['B>M>W', 'sharp-left', 'Turn sharp left into West Street', '向左后方急转，进入West Street'],
  ])('from %s is %s', (line, kind, en, zh) => {
    const [depart, turn, arrive] = steps(crossroads(), line)
    expect([depart!.kind, turn!.kind, arrive!.kind]).toEqual(['depart', kind, 'arrive'])
    expect(turn!.text).toEqual({ en, zh })
    expect(turn!.position).toEqual(crossroads().at('M'))
  })

  it('is told with its distances and times, which add up to those of the route', () => {
    const network = crossroads()
    const [depart, turn, arrive] = steps(network, 'W>M>N')
    expect(depart).toMatchObject({ offsetM: 0, distanceM: expect.closeTo(200, 0), durationS: expect.closeTo(20, 1) })
    expect(turn!.offsetM).toBeCloseTo(200, 0)
    // 90° cost two seconds a radian and belong to the step that begins with the turn.
    expect(turn!.durationS).toBeCloseTo(20 + Math.PI, 1)
    expect(arrive).toMatchObject({ distanceM: 0, durationS: 0, offsetM: expect.closeTo(400, 0) })
  })

  it('back along the same road is a U-turn', () => {
    const network = crossroads()
    expect(english(network, 'W>M>W', 'ambulance')[1]).toBe('Turn round and follow West Street')
  })

  it('that signs forbid is told as such to an ambulance', () => {
    const network = roads('W-M 20s, M-N 20s, M-E 20s', 'W>M>N', cross)
    const [, turn] = steps(network, 'W>M>N', 'ambulance')
    expect(turn).toMatchObject({ kind: 'left', forbidden: true })
    expect(turn!.text).toEqual({
      en: 'Turn left (turn closed to ordinary traffic)',
      zh: '左转（此处禁止社会车辆转向）',
    })
  })
})

describe('a road that goes on', () => {
  const line: Record<string, [number, number]> = { A: [0, 0], B: [200, 0], C: [400, 0], D: [400, 200], X: [200, 200] }

  it('is one step, whatever joins it, also where a piece of it has no name', () => {
    const network = named(roads('A-B 10s, B-C 10s, B-X 10s', '', line), 'A-B Long Street')
    expect(english(network, 'A>B>C')).toEqual(['Head east on Long Street', 'You have arrived'])
  })

  it('is no turn where it bends and nothing else begins', () => {
    const network = named(roads('A-B 10s, B-C 10s, C-D 10s', '', line), 'A-B-C-D Long Street')
    expect(english(network, 'A>B>C>D')).toEqual(['Head east on Long Street', 'You have arrived'])
  })

  it('is a turn where it bends and another road goes straight on', () => {
    const network = named(roads('A-B 10s, B-C 10s, B-X 10s', '', line), 'A-B-X Long Street, B-C Other Street')
    expect(steps(network, 'A>B>X')[1]!.text).toEqual({
      en: 'Turn left to stay on Long Street',
      zh: '左转，继续沿Long Street行驶',
    })
  })

  it('is told where its name changes', () => {
    const network = named(roads('A-B 10s, B-C 10s', '', line), 'A-B Long Street, B-C New Street')
    expect(english(network, 'A>B>C')[1]).toBe('Go straight on into New Street')
  })

  it('and forks is told by side', () => {
    const network = roads('A-B 10s, B-L 10s, B-R 10s', '', { A: [0, 0], B: [200, 0], L: [400, 50], R: [400, -50] })
    expect(steps(network, 'A>B>L')[1]!.kind).toBe('slight-left')
    expect(english(network, 'A>B>R')[1]).toBe('Bear right')
  })
})

describe('a roundabout', () => {
  // W enters at A; anticlockwise A, B, C, D with exits to the south, the east and the north.
  const drawing = () => {
    const network = roads('W-A 10s, A>B 3s, B>C 3s, C>D 3s, D>A 3s, B-S 10s, C-E 10s, D-N 10s', '', {
      ...{ W: [-200, 0], A: [-20, 0], B: [0, -20], C: [20, 0], D: [0, 20], S: [0, -200], E: [200, 0], N: [0, 200] },
    })
    flag(network, 'A>B>C>D>A', arcFlag.roundabout)
    return named(network, 'W-A West Street, B-S South Street, C-E East Street, D-N North Street')
  }

  it.each([
    ['W>A>B>S', 1, 'take the 1st exit into South Street', '从第1个出口驶出，进入South Street'],
    ['W>A>B>C>E', 2, 'take the 2nd exit into East Street', '从第2个出口驶出，进入East Street'],
    ['W>A>B>C>D>N', 3, 'take the 3rd exit into North Street', '从第3个出口驶出，进入North Street'],
    ['W>A>B>C>D>A>W', 4, 'take the 4th exit into West Street', '从第4个出口驶出，进入West Street'],
  ])('driven %s is left by exit %i', (line, exit, en, zh) => {
    const all = steps(drawing(), line)
    expect(all.map(({ kind }) => kind)).toEqual(['depart', 'roundabout', 'arrive'])
    expect(all[1]).toMatchObject({ exit, position: drawing().at('A') })
    expect(all[1]!.text).toEqual({ en: `At the roundabout ${en}`, zh: `进入环岛，${zh}` })
  })

  it('that the route ends on is only entered', () => {
    expect(english(drawing(), 'W>A>B')).toEqual([
      'Head east on West Street',
      'Enter the roundabout',
      'You have arrived',
    ])
  })
})

describe('a ramp', () => {
  it('is left for, and merges into the road beside it', () => {
    const network = roads('A>B 10s, B>C 10s, C>D 10s, B>R 10s, R>C 10s', '', {
      ...{ A: [0, 0], B: [200, 0], C: [600, 0], D: [900, 0], R: [400, -60] },
    })
    flag(network, 'B>R>C', arcFlag.link)
    network.roadClass.fill(roadClasses.indexOf('motorway'))
    named(network, 'A-B-C-D A 5')
    expect(english(network, 'A>B>R>C>D')).toEqual([
      'Head east on A 5',
      'Bear right into the slip road',
      'Merge into A 5',
      'You have arrived',
    ])
    expect(steps(network, 'A>B>R>C>D').map(({ text }) => text.zh)).toEqual([
      '沿A 5向东行驶',
      '向右前方行驶，进入匝道',
      '汇入A 5',
      '到达目的地',
    ])
  })
})

describe('a junction of divided roads', () => {
  // Westbound carriageway north of the eastbound one; M and P are joined by the cross street.
  const divided = () => {
    const network = roads('A>M 10s, M>B 10s, C>P 10s, P>D 10s, M-P 2s, P-N 10s, M-S 10s', '', {
      ...{ A: [-200, 0], M: [0, 0], B: [200, 0], C: [200, 20], P: [0, 20], D: [-200, 20], N: [0, 200], S: [0, -200] },
    })
    return named(network, 'A-M-B Main Street, C-P-D Main Street, N-P-M-S Cross Street')
  }

  it('is one left turn across it, signalled or not', () => {
    const expected = ['Head east on Main Street', 'Turn left into Cross Street', 'You have arrived']
    expect(english(divided(), 'A>M>P>N')).toEqual(expected)
    const signalled = divided()
    flag(signalled, 'M-P', arcFlag.inside)
    expect(english(signalled, 'A>M>P>N')).toEqual(expected)
  })

  it('is turning round where both turns go to the same side', () => {
    const expected = ['Head east on Main Street', 'Turn round and follow Main Street', 'You have arrived']
    expect(english(divided(), 'A>M>P>D')).toEqual(expected)
    const signalled = divided()
    flag(signalled, 'M-P', arcFlag.inside)
    expect(english(signalled, 'A>M>P>D')).toEqual(expected)
  })
})

describe('against a one-way street', () => {
  const network = () =>
    named(
      roads('W-M 20s, N>M 20s, M-E 20s, M-S 20s, E>X 20s', '', { ...cross, X: [400, 0] }),
      'W-M West Street, N-M North Street, M-E East Street',
    )

  it('a turn says so in both languages', () => {
    const [, turn] = steps(network(), 'W>M>N', 'ambulance')
    expect(turn).toMatchObject({ kind: 'left', againstOneWay: true })
    expect(turn!.text).toEqual({
      en: 'Turn left into North Street, against the one-way direction',
      zh: '左转进入North Street，逆单行方向行驶',
    })
  })

  it('a departure and a road straight on say so too', () => {
    const places: Record<string, [number, number]> = { A: [0, 0], B: [200, 0], C: [400, 0], D: [200, 300] }
    const away = roads('B>A 20s, C-B 20s, B-D 30s', '', places)
    expect(english(away, 'A>B>C', 'ambulance')[0]).toBe('Head east, against the one-way direction')
    const towards = roads('A>B 20s, C-B 20s, B-D 30s', '', places)
    expect(english(towards, 'C>B>A', 'ambulance')[1]).toBe('Go straight on, against the one-way direction')
  })

  it('the ways of a car never say so', () => {
    expect(steps(network(), 'N>M>E').every((step) => step.againstOneWay === undefined)).toBe(true)
  })
})

describe('the arrival', () => {
  const network = roads('A-B 20s, B-C 20s', '', { A: [0, 0], B: [200, 0], C: [400, 0] })
  const arrival = (northM: number) => {
    const route = routeAlong(network, Int32Array.of(network.arc('A>B')), { profile: 'car' })
    const end = network.at('B')
    return routeSteps(network, route, { lon: end.lon, lat: end.lat + northM / 111_200 }).at(-1)!.text
  }

  it('says on which side the destination is, unless it is on the road', () => {
    expect(arrival(30)).toEqual({
      en: 'You have arrived; your destination is on the left',
      zh: '到达目的地，目的地在道路左侧',
    })
    expect(arrival(-30).zh).toBe('到达目的地，目的地在道路右侧')
    expect(arrival(3)).toEqual({ en: 'You have arrived', zh: '到达目的地' })
  })
})

it('counts exits in English as people say them', () => {
  const said = (exit: number) =>
    stepText({ kind: 'roundabout', street: '', exit, bearingDeg: 0, ramp: false, staysOn: false }).en
  expect([1, 2, 3, 4, 11, 12, 13, 21, 22].map((exit) => /the (\S+)/.exec(said(exit).slice(20))?.[1])).toEqual([
    ...['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd'],
  ])
})
