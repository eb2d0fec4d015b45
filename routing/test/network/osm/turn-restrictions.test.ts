import { describe, expect, it } from 'vitest'
import { arcFlag, type RoadNetwork, type TurnBan } from '../../../src/network/road-network.ts'
import { extract, importDrawn } from './drawn-extract.ts'

const options = { district: 'test', name: { en: 'Test' }, timeZone: 'Europe/Berlin' }
const street = { highway: 'residential' }
const oneway = { ...street, oneway: 'yes' }

type Nodes = Parameters<typeof extract>[0]
type Ways = Parameters<typeof extract>[1]

/** The bans of a drawn map, each by the nodes it goes through. */
function bansOf(nodes: Nodes, ways: Ways, restriction: readonly [string, Record<string, string>]) {
  const { network, report } = importDrawn(extract(nodes, ways, [restriction]), options)
  const name = nodeNamer(network, nodes)
  const drawn = ({ arcs }: TurnBan) =>
    [name(network.tail[arcs[0]!]!), ...arcs.map((arc) => name(network.head[arc]!))].join('>')
  return { bans: network.turnBans, drawn: network.turnBans.map(drawn).sort(), report, network }
}

function nodeNamer(network: RoadNetwork, nodes: Nodes) {
  const near =
    (node: number) =>
    ([, [east, north]]: [string, Nodes[string]]) =>
      Math.abs(network.nodeLon[node]! - 8.7 - east / 72_363) < 1e-6 &&
      Math.abs(network.nodeLat[node]! - 49.4 - north / 111_195) < 1e-6
  return (node: number) => Object.entries(nodes).find(near(node))![0]
}

describe('a restriction at a crossroads', () => {
  const nodes: Nodes = { W: [-100, 0], O: [0, 0], E: [100, 0], N: [0, 100], S: [0, -100] }
  const ways: Ways = [
    ['W O', street],
    ['O E', street],
    ['O N', street],
    ['O S', street],
  ]
  const turns = (drawing: string, tags: Record<string, string>) => bansOf(nodes, ways, [drawing, tags])

  it('forbids the movement that a no_ names, always and for everyone', () => {
    const { bans, drawn, report } = turns('W O > O > O N', { restriction: 'no_left_turn' })
    expect(drawn).toEqual(['W>O>N'])
    expect(bans[0]).toMatchObject({ hours: null, emergencyExempt: false })
    expect(report.kept).toMatchObject({ restrictions: 1, 'restrictions: no_left_turn': 1, turnBans: 1 })
  })

  it('forbids every other movement where an only_ names one', () => {
    expect(turns('W O > O > O E', { restriction: 'only_straight_on' }).drawn).toEqual(['W>O>N', 'W>O>S', 'W>O>W'])
  })

  it('lets those pass who are excepted', () => {
    expect(turns('W O > O > O N', { restriction: 'no_left_turn', except: 'bus;motorcar' }).bans).toEqual([])
    expect(turns('W O > O > O N', { restriction: 'no_left_turn', except: 'psv' }).bans).toHaveLength(1)
    const [ban] = turns('W O > O > O N', { restriction: 'no_left_turn', except: 'psv;emergency' }).bans
    expect(ban).toMatchObject({ emergencyExempt: true })
  })

  it('may forbid turning back', () => {
    expect(turns('W O > O > W O', { restriction: 'no_u_turn' }).drawn).toEqual(['W>O>W'])
  })

  it('holds at its hours only', () => {
    const { bans } = turns('W O > O > O N', { 'restriction:conditional': 'no_left_turn @ (Mo-Fr 07:00-09:00)' })
    expect(bans).toEqual([expect.objectContaining({ hours: [{ days: 31, fromMinute: 420, toMinute: 540 }] })])
    const { bans: old } = turns('W O > O > O N', {
      restriction: 'no_left_turn',
      day_on: 'Monday',
      day_off: 'Friday',
      hour_on: '07:00',
      hour_off: '09:00',
    })
    expect(old).toEqual(bans)
  })

  it('may say several things at several hours', () => {
    const conditional = 'no_left_turn @ (Mo-Fr 07:00-09:00; Sa 10:00-12:00); only_straight_on @ 22:00-06:00'
    const { bans, drawn } = turns('W O > O > O N', { 'restriction:conditional': conditional })
    expect(drawn).toEqual(['W>O>E', 'W>O>N', 'W>O>S', 'W>O>W'])
    expect(bans.map(({ hours }) => hours!.length)).toEqual([2, 2, 2, 2])
  })

  it('without its node via is found where its ways meet', () => {
    expect(turns('W O > none > O N', { restriction: 'no_left_turn' }).drawn).toEqual(['W>O>N'])
  })

  it.each([
    ['off the network', 'W O > O > O X', { restriction: 'no_left_turn' }],
    ['off the network', 'W O > X > O N', { restriction: 'no_left_turn' }],
    ['off the network', 'W O > O N > O E', { restriction: 'no_u_turn' }],
    ['for other vehicles', 'W O > O > O N', { 'restriction:hgv': 'no_left_turn' }],
    ['cars excepted', 'W O > O > O N', { restriction: 'no_left_turn', except: 'motorcar' }],
    ['unknown value no_nothing', 'W O > O > O N', { restriction: 'no_nothing' }],
    [
      'under a condition that is not hours of the week',
      'W O > O > O N',
      { 'restriction:conditional': 'no_left_turn @ (weight>7.5)' },
    ],
    [
      'under a condition that is not hours of the week',
      'W O > O > O N',
      { 'restriction:conditional': 'no_left_turn @ (2026 Apr 25 - 2026 Sep 26)' },
    ],
    ['under a condition that is not hours of the week', 'W O > O > O N', { 'restriction:conditional': 'gibberish' }],
  ])('is skipped and reported: %s', (reason, drawing, tags) => {
    const { bans, report } = turns(drawing, tags as Record<string, string>)
    expect(bans).toEqual([])
    expect(report.dropped[`restrictions: ${reason}`]).toBe(1)
  })

  it('that lacks a member is skipped and reported', () => {
    const map = extract(nodes, ways, [['W O > O > O N', { restriction: 'no_left_turn' }]])
    const [relation] = map.relations
    const relations = [{ ...relation!, members: relation!.members.filter(({ role }) => role !== 'to') }]
    const { network, report } = importDrawn({ ...map, relations }, options)
    expect(network.turnBans).toEqual([])
    expect(report.dropped['restrictions: incomplete']).toBe(1)
    expect(report.notes).toContain('restriction 900: incomplete')
  })
})

describe('a restriction where a way goes on beyond the junction', () => {
  const nodes: Nodes = { W: [-100, 0], O: [0, 0], E: [100, 0], N: [0, 100], S: [0, -100] }
  const through: Ways = [
    ['W O E', street],
    ['O N', street],
    ['O S', street],
  ]

  it('is resolved by the angle that its value names', () => {
    const left = bansOf(nodes, through, ['W O E > O > O N', { restriction: 'no_left_turn' }])
    expect(left.drawn).toEqual(['W>O>N'])
    const right = bansOf(nodes, through, ['W O E > O > O N', { restriction: 'no_right_turn' }])
    expect(right.drawn).toEqual(['E>O>N'])
    const only = bansOf(nodes, through, ['O N > O > W O E', { restriction: 'only_right_turn' }])
    expect(only.drawn).toEqual(['N>O>E', 'N>O>N', 'N>O>S'])
  })

  it('forbids turning back to both directions', () => {
    const { drawn } = bansOf(nodes, through, ['W O E > O > W O E', { restriction: 'no_u_turn' }])
    expect(drawn).toEqual(['E>O>E', 'W>O>W'])
  })

  it('is skipped and reported where the angle leaves it open', () => {
    const crossing: Ways = [
      ['W O E', street],
      ['N O S', street],
    ]
    const { bans, report } = bansOf(nodes, crossing, ['W O E > O > N O S', { restriction: 'no_left_turn' }])
    expect(bans).toEqual([])
    expect(report.dropped['restrictions: ambiguous, the way goes on']).toBe(1)
  })
})

describe('a restriction via ways', () => {
  // A dual carriageway, southern half eastwards, and a link between the halves.
  const nodes: Nodes = {
    W1: [-200, -8],
    A: [0, -8],
    E1: [200, -8],
    E2: [200, 8],
    B: [0, 8],
    W2: [-200, 8],
    M: [0, 0],
    Q: [60, 0],
  }
  const ways: Ways = [
    ['W1 A', oneway],
    ['A E1', oneway],
    ['E1 E2', street],
    ['E2 B', oneway],
    ['B W2', oneway],
    ['W2 W1', street],
    ['A M', street],
    ['M B', street],
    ['M Q', street],
  ]

  it('forbids the whole sequence and no part of it', () => {
    const { drawn } = bansOf(nodes, ways, ['W1 A > A M + M B > B W2', { restriction: 'no_u_turn' }])
    expect(drawn).toEqual(['W1>A>M>B>W2'])
  })

  it('is found whatever the order of its ways', () => {
    const { drawn } = bansOf(nodes, ways, ['W1 A > M B + A M > B W2', { restriction: 'no_u_turn' }])
    expect(drawn).toEqual(['W1>A>M>B>W2'])
  })

  it('leaves only the sequence where it is an only_', () => {
    const { drawn, network } = bansOf(nodes, ways, ['W1 A > A M + M B > B W2', { restriction: 'only_u_turn' }])
    expect(drawn).toEqual(['W1>A>E1', 'W1>A>M>A', 'W1>A>M>B>M', 'W1>A>M>Q'])
    const against = network.turnBans
      .flatMap(({ arcs }) => arcs)
      .filter((arc) => network.flags[arc]! & arcFlag.contraflow)
    expect(against).toEqual([])
  })

  it('goes along a way that is cut at a junction', () => {
    const cut: Ways = [...ways.slice(0, 6), ['A M B', street], ['M Q', street]]
    const { drawn } = bansOf(nodes, cut, ['W1 A > A M B > B W2', { restriction: 'no_u_turn' }])
    expect(drawn).toEqual(['W1>A>M>B>W2'])
  })
})
