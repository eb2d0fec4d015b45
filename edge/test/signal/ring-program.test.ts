import { type JunctionTable, nominalStages, type RingPlan } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { checkTimingTable } from '../../src/signal/timing-table.ts'
import { RingDiagram } from './ring-diagram.ts'
import { eightPhase } from './ring-fixtures.ts'

type Operation = NonNullable<JunctionTable['operation']>

const lefts = ['l-w', 'l-e', 'l-n', 'l-s']
const throughs = ['v-w', 'v-e', 'v-n', 'v-s']

/** @param atS second of the cycle at which the program gets the junction; phases 2 and 6 begin at 14 */
const run = (operation: Operation, atS = 14, table = eightPhase({ operation })) => new RingDiagram(table, atS)
/** The left turn of ring 1 follows its coordinated phase. */
function lagging(): JunctionTable {
  const table = eightPhase() as JunctionTable & { rings: RingPlan }
  table.rings.rings[0] = [
    [2, 1],
    [3, 4],
  ]
  return { ...table, stages: nominalStages(table) }
}
/** On the clock from the start: phases 2 and 6, whose yield point is second 49. */
const coordinated = () => run('coordinated').enter('v-w', 'v-e')

describe('fixed-time', () => {
  it('serves every phase for its split, walkers until their clearance is due', () => {
    const rings = run('fixed-time', 0).enter('l-e', 'l-w').pass(100)
    expect(rings.draw('p-s', 'p-n', 'p-w', 'p-e', 'r-n')).toBe(`
0         10        20        30        40        50        60        70        80        90
1111111111yyy.22222222222222222222222222222222222yyyy..33333333333yyy.4444444444444444444444444yyy..
555555555555555yyy..66666666666666666666666666666yyyy..77777777777yyy.8888888888888888888888888yyy..
..............wwwwwwwwwwwwwwwwwwwwwwwcccccccccccc................................................... p-s
....................wwwwwwwwwwwwwwwwwcccccccccccc................................................... p-n
......................................................................wwwwwwwwwwccccccccccccccc..... p-w
......................................................................wwwwwwwwwwccccccccccccccc..... p-e
AAAAAAAAAAAAAAAyyy....................................................AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA r-n
`)
    const again = rings.pass(100).draw()
    expect(rings.pass(100).draw()).toBe(again)
    expect(rings.program.coordinated).toBe(true)
  })

  it('is the same by quarter seconds', () => {
    const seconds = (tickMs: number) => {
      const rings = run('fixed-time', 0).enter('l-e', 'l-w')
      return Array.from({ length: 200 }, () => rings.pass(1, tickMs).program.stage)
    }
    expect(seconds(250)).toEqual(seconds(1000))
  })
})

describe('coordinated', () => {
  it('rests in the coordinated phases while nobody else calls', () => {
    expect(coordinated().pass(120).draw()).toMatch(/^\n[ 0-9]+\n2{120}\n6{120}\n$/)
  })

  it('yields at the yield point, skips phases without a call, and gives what they leave over back', () => {
    expect(coordinated().call('v-n').pass(80).draw()).toBe(`
0         10        20        30        40        50        60        70
22222222222222222222222222222222222yyyy..4444444yyy..222222222222222222222222222
66666666666666666666666666666666666yyyy..8888888yyy..666666666666666666666666666
`)
  })

  it('waits at the barrier with a lagging left turn, and serves who waits beyond it', () => {
    expect(run('coordinated', 0, lagging()).enter('v-w', 'l-w').call('l-e', 'v-s').pass(80).draw()).toBe(`
0         10        20        30        40        50        60        70
22222222222222222222222222222222222yyyy..11111111yyy...4444444yyy..2222222222222
5555555yyy..6666666666666666666666666666666666666yyyy..8888888yyy..6666666666666
`)
  })

  it('is not left again before its next yield point when it has come back early', () => {
    expect(coordinated().call('v-n').pass(58).call('v-s').pass(90).draw()).toMatch(
      /^\n.*\n2{35}y+\.+4{7}y+\.+2{82}yyyy/,
    )
  })

  it('forces every phase off where its split ends while traffic goes on', () => {
    const rings = coordinated()
      .flow(...lefts, ...throughs)
      .pass(100)
    expect(rings.draw()).toBe(`
0         10        20        30        40        50        60        70        80        90
22222222222222222222222222222222222yyyy..33333333333yyy.4444444444444444444444444yyy..1111111111yyy.
66666666666666666666666666666666666yyyy..77777777777yyy.8888888888888888888888888yyy..55555555555555
`)
  })

  it('gives no phase more than its split though the one before has gapped out', () => {
    expect(coordinated().call('l-s').flow('v-n').pass(80).draw()).toBe(`
0         10        20        30        40        50        60        70
22222222222222222222222222222222222yyyy..33333yyy.4444444444444444444444444yyy..
66666666666666666666666666666666666yyyy..8888888888888888888888888888888888yyy..
`)
  })

  it('begins a phase only while its minimum still fits before its force-off', () => {
    const rings = coordinated()
    // Phase 4 may begin up to second 88 of the cycle: 7 s before its force-off, 6 s after the end of phases 2 and 6.
    expect(rings.pass(66).call('v-n').pass(40).draw()).toBe(`
0         10        20        30        40        50        60        70        80        90        100
2222222222222222222222222222222222222222222222222222222222222222222yyyy..4444444yyy..222222222222222222222
6666666666666666666666666666666666666666666666666666666666666666666yyyy..8888888yyy..666666666666666666666
`)
    // 5 s later it may not, and waits for the next yield point.
    expect(coordinated().pass(71).call('v-n').pass(90).draw()).toMatch(/^\n.*\n2{135}yyyy\.\.4{7}yyy\.\.2+\n/)
  })

  it('lets walkers go when called, in full, and lets them rest beside a coordinated phase', () => {
    const rings = coordinated().call('p-s').pass(10).call('p-n').pass(15).call('p-s', 'p-w').pass(60)
    expect(rings.draw('p-s', 'p-n', 'p-w', 'p-e')).toBe(`
0         10        20        30        40        50        60        70        80
22222222222222222222222222222222222yyyy..4444444444444444444444yyy..22222222222222222
66666666666666666666666666666666666yyyy..8888888888888888888888yyy..66666666666666666
.wwwwwwwwwwwwwwwwwwwwwwcccccccccccc.................................wwwwwwwwwwwwwwwww p-s
...........wwwwwwwwwwwwcccccccccccc.................................................. p-n
.........................................wwwwwwwccccccccccccccc...................... p-w
..................................................................................... p-e
`)
  })

  it.each([10, 35, 50, 65, 90])(
    'regains its offset within three cycles, %i s off, no split below its minimum',
    (offS) => {
      const rings = run('coordinated', 14 + offS)
        .enter('v-w', 'v-e')
        .flow(...lefts, ...throughs)
      expect(rings.program.coordinated).toBe(false)
      const minimums: Record<string, number> = { 1: 5, 2: 8, 3: 5, 4: 7, 5: 5, 6: 8, 7: 5, 8: 7 }
      const greens = rings
        .pass(320)
        .draw()
        .match(/(\d)\1+(?=y)/g)!
      for (const green of greens) expect(green.length).toBeGreaterThanOrEqual(minimums[green[0]!]!)
      expect(rings.program.coordinated).toBe(true)
      while (rings.second !== 14) rings.pass(1)
      expect(rings.clean().pass(56).draw()).toBe(`
0         10        20        30        40        50
22222222222222222222222222222222222yyyy..33333333333yyy.
5yyy..66666666666666666666666666666yyyy..77777777777yyy.
`)
    },
  )

  it('goes the shorter way', () => {
    const cycle = (offS: number) => {
      const rings = run('coordinated', 14 + offS)
        .enter('v-w', 'v-e')
        .flow(...lefts, ...throughs)
      return rings.pass(200).draw().split('\n')[2]!.indexOf('1yyy')
    }
    expect(cycle(20)).toBeLessThan(95)
    expect(cycle(80)).toBeGreaterThan(95)
  })
})

describe('free', () => {
  it('rests in green while nobody else calls, and ends it by a gap in the traffic once somebody does', () => {
    const rings = run('free').enter('v-w', 'v-e').pass(40).clean()
    expect(rings.flow('v-w').pass(5).call('v-n').pass(10).gap('v-w').pass(25).draw()).toBe(`
0         10        20        30
2222222222222222yyyy..4444444yyy..222222
6666666666666666yyyy..8888888yyy..666666
`)
  })

  it('counts the maximum green from the first conflicting call', () => {
    const rings = run('free').flow('v-w', 'v-e').enter('v-w', 'v-e')
    // 30 s without, then 40 s of maximum green against the call.
    expect(rings.pass(30).call('l-s').pass(60).draw()).toBe(`
0         10        20        30        40        50        60        70        80
2222222222222222222222222222222222222222222222222222222222222222222222yyyy..3333333yyy..22
6666666666666666666666666666666666666666666666666666666666666666666666yyyy..8888888yyy..66
`)
  })

  it('crosses the barrier when both rings have gapped out at the same time', () => {
    const rings = run('free').flow('v-n', 'v-s').enter('v-n', 'v-s').call('v-w').pass(15)
    // Phase 4 has a gap while 8 has none, and traffic again when 8 has its gap.
    rings.gap('v-n').pass(3).flow('v-n').pass(3).gap('v-s').pass(4).gap('v-n').pass(12)
    expect(rings.draw()).toBe(`
0         10        20        30
44444444444444444444444444yyy..222222
88888888888888888888888888yyy..666666
`)
  })

  it('goes back to a left turn of the same side without crossing where nobody waits elsewhere', () => {
    expect(run('free').enter('v-w', 'v-e').pass(10).call('l-e').pass(20).draw()).toBe(`
0         10        20
22222222222yyyy..1111111111111
666666666666666666666666666666
`)
  })
})

describe('overlaps', () => {
  it('stay green from one included phase to the next, over the barrier', () => {
    expect(run('free').call('v-n').enter('v-n', 'v-s').call('l-w').pass(30).draw('r-n')).toBe(`
0         10        20
4444444yyy..222222222222222222
8888888yyy..555555555555555555
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA r-n
`)
  })

  it('end with their own yellow and red where the next phase is not included', () => {
    const table = eightPhase({ operation: 'free' })
    table.groups.find(({ id }) => id === 'r-n')!.yellowS = 5
    // Phase 6 waits for the red clearance of the overlap, 1 s longer than that of phase 5; phase 2 does not.
    expect(run('free', 0, table).enter('l-e', 'l-w').call('v-w', 'v-e').pass(24).draw('r-n')).toBe(`
0         10        20
11111yyy.222222222222222
5555555yyy....6666666666
AAAAAAAyyyyy............ r-n
`)
  })
})

describe('three rings', () => {
  it('cross their barriers together, one of them red where it has no phase', () => {
    const table = eightPhase({ operation: 'free' }) as JunctionTable & { rings: RingPlan }
    table.rings.overlaps = []
    table.rings.phases.push({ number: 9, groups: ['r-n'], redS: 2, splitS: 45 })
    table.rings.rings.push([[], [9]])
    table.intergreens = table.intergreens.filter((pair) => ![pair.ends, pair.begins].every((id) => /r-n|l-s/.test(id)))
    table.stages = nominalStages(table)
    expect(checkTimingTable(table)).toEqual([])
    expect(run('free', 0, table).enter('v-w', 'v-e').call('r-n', 'l-s').pass(20).call('v-w').pass(15).draw()).toBe(`
0         10        20        30
22222222yyyy..3333333yyy..222222222
66666666yyyy..8888888yyy..666666666
..............9999999yyy...........
`)
  })
})

describe('conflicts between rings', () => {
  /** Left turns of opposite directions meet: ring 1 lags, ring 2 leads. */
  const opposed = () => {
    const table = eightPhase({ operation: 'free' }) as JunctionTable & { rings: RingPlan }
    for (const [a, b] of [
      ['l-e', 'l-w'],
      ['l-s', 'l-n'],
    ] as const) {
      table.intergreens.push({ ends: a, begins: b, redS: 1 }, { ends: b, begins: a, redS: 1 })
    }
    table.rings.rings = [
      [
        [2, 1],
        [4, 3],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]
    return { ...table, stages: nominalStages(table) }
  }

  it('wait for one another and serve every call', () => {
    expect(checkTimingTable(opposed())).toEqual([])
    const rings = run('free', 0, opposed()).call('l-e', 'l-w', 'v-w', 'v-e', 'l-s', 'l-n').enter('v-w', 'l-w')
    // Phase 7 waits in red for phase 3, and phases 2 and 6 for both.
    expect(rings.pass(30).call('v-w').pass(25).draw()).toBe(`
0         10        20        30        40        50
22222222222yyyy..11111yyy...33333yyy..........222222222
5555555yyy..6666666666yyyy...........77777yyy.666666666
`)
  })
})

describe('coming back', () => {
  it('begins with the groups it is given, and what goes along', () => {
    expect(run('free').enter('l-n').program.stage).toBe('4+7')
    expect(run('free').enter('v-s', 'l-s').program.stage).toBe('3+8')
    expect(run('coordinated').enter('v-e').program.stage).toBe('2+6')
  })

  it('begins with who has waited longest, walkers included, one phase per ring and all on one side', () => {
    const rings = run('free').enter('l-e', 'l-w').pass(10)
    rings.program.leave()
    rings.enter('v-w', 'v-e').pass(20)
    const back = (...calls: string[]) => {
      rings.program.leave()
      return rings.call(...calls).enter().program.stage
    }
    expect(back('l-w', 'p-w')).toBe('4+8')
    expect(back('l-w', 'l-n')).toBe('4+7')
    expect(back()).toBe('2+5')
  })

  it('turns its clock to where they begin, and says that it is off', () => {
    const rings = run('coordinated', 70).enter('v-n', 'v-s')
    expect(rings.program.coordinated).toBe(true)
    rings.program.leave()
    expect(rings.program.coordinated).toBe(false)
    expect(rings.pass(30).enter('v-n', 'v-s').program.coordinated).toBe(false)
  })
})

describe('transit priority', () => {
  const bus = (approach: string, exit: string) => [{ approach, exit, urgency: 3 }]

  it('cuts what is in the way of a coordinated phase, walk and clearance in full', () => {
    const rings = coordinated().flow('l-s', 'l-n', 'v-n', 'v-s').call('p-w').pass(45)
    rings.priority = bus('w', 'e')
    expect(rings.pass(1).program.priority).toEqual({ state: 'earlyGreen', approach: 'w' })
    expect(rings.pass(40).draw('p-w')).toBe(`
0         10        20        30        40        50        60        70        80
22222222222222222222222222222222222yyyy..33333yyy.4444444444444444444444yyy..222222222
66666666666666666666666666666666666yyyy..77777yyy.8888888888888888888888yyy..666666666
..................................................wwwwwwwccccccccccccccc.............. p-w
`)
    expect(rings.program.coordinated).toBe(true)
  })

  it('lets the coordinated phases yield early for a side phase, skips none, and finds back to the offset', () => {
    const rings = coordinated().call('p-s', 'l-s').pass(12)
    rings.priority = bus('n', 's')
    expect(rings.pass(30).draw('p-s')).toBe(`
0         10        20        30        40
2222222222222222222222222yyyy..33333yyy.44
6666666666666666666666666yyyy..88888888888
.wwwwwwwwwwwwcccccccccccc................. p-s
`)
    rings.priority = []
    expect(rings.pass(1).program.priority).toBeUndefined()
    expect(rings.program.coordinated).toBe(false)
    expect(rings.pass(300).program.coordinated).toBe(true)
  })

  it('skips no lagging left turn when it lets the coordinated phases yield early', () => {
    const rings = run('coordinated', 0, lagging()).enter('v-w', 'l-w').call('l-e').pass(25)
    rings.priority = bus('s', 'n')
    expect(rings.pass(25).draw()).toBe(`
0         10        20        30        40
22222222222222222222222222yyyy..11111yyy...4444444
5555555yyy..6666666666666666666666666yyyy..8888888
`)
  })

  it('extends a green past its force-off by so much at most, and what follows loses nothing', () => {
    const rings = coordinated().flow('v-n', 'v-s', 'l-e').call('l-s').pass(60)
    rings.priority = bus('n', 's')
    rings.pass(20)
    expect(rings.program.priority).toEqual({ state: 'extending', approach: 'n' })
    rings.pass(6)
    rings.priority = []
    // Phase 4 has 25 s of green in its split and gets 35; phase 1 has its 10.
    expect(rings.pass(20).draw()).toBe(`
0         10        20        30        40        50        60        70        80        90        100
22222222222222222222222222222222222yyyy..33333yyy.44444444444444444444444444444444444yyy..1111111111yyy.22
66666666666666666666666666666666666yyyy..88888888888888888888888888888888888888888888yyy..6666666666666666
`)
  })

  it('does nothing where the table gives none', () => {
    const { priority: _, ...table } = eightPhase({ operation: 'coordinated' })
    const rings = run('coordinated', 14, table).enter('v-w', 'v-e').flow('v-n', 'v-s').pass(45)
    rings.priority = bus('w', 'e')
    expect(rings.pass(1).program.priority).toBeUndefined()
  })
})
