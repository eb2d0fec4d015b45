import { cycleOf, type JunctionTable, stageChangeS, tailS } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ProgramGroup, type ProgramTable, programTable } from '../../../src/network/sumo/fixed-program.ts'

const groupsOf = (shown: Record<string, string>): ProgramGroup[] =>
  Object.entries(shown).map(([id, letters]) => ({ id, approach: id.slice(0, 2), shown: letters }))

function table(shown: Record<string, string>, durationsS: number[], offsetS = 0): ProgramTable {
  const made = programTable(groupsOf(shown), durationsS, offsetS)
  if (typeof made === 'string') throw new Error(made)
  return made
}

/** The groups that are green at a second after the epoch, by the stages. */
function greenAt(made: ProgramTable, second: number): string[] {
  let at = (((second - made.offsetS) % made.cycleS) + made.cycleS) % made.cycleS
  for (const [i, stage] of made.stages.entries()) {
    if (at < stage.greenS) return stage.groups.toSorted()
    at -= stage.greenS
    const changeS = stageChangeS(made as JunctionTable, stage, made.stages[(i + 1) % made.stages.length]!)
    if (at < changeS) return []
    at -= changeS
  }
  return []
}

describe('a fixed-time program', () => {
  it('keeps a group green over stages, and starts the next stage with the yellow of those that leave', () => {
    // Straight and left together, then left alone: nobody waits for the straight to clear.
    const made = table({ v1: 'Gyrrrr', 'v1-2': 'GGGyrr', v2: 'rrrrGy' }, [30, 3, 6, 3, 20, 3])
    expect(made.stages.map(({ groups, greenS }) => [groups, greenS])).toEqual([
      [['v1', 'v1-2'], 30],
      [['v1-2'], 9],
      [['v2'], 20],
    ])
    expect(made.cycleS).toBe(65)
  })

  it('takes a short phase in which nothing begins as all-red', () => {
    const made = table(
      { v1: 'GyrrrrrR'.toLowerCase().replace('g', 'G'), v2: 'rrrGyrrr', v3: 'GGGGGGGG' },
      [30, 3, 2, 25, 3, 2, 0, 0],
    )
    expect(made.stages).toHaveLength(2)
    expect(made.intergreens).toEqual([
      { ends: 'v1', begins: 'v2', redS: 2 },
      { ends: 'v2', begins: 'v1', redS: 2 },
    ])
  })

  it('leaves a group green that goes from yellow back to green', () => {
    const made = table({ v1: 'GyGy', v2: 'Gyrr', v3: 'rrGy' }, [42, 3, 42, 3])
    expect(made.stages.map(({ groups }) => groups)).toEqual([
      ['v1', 'v2'],
      ['v1', 'v3'],
    ])
  })

  it('begins when its first stage begins, wherever that lies in the cycle', () => {
    const made = table({ v1: 'rGyrrr', v2: 'rrrrGy' }, [2, 20, 3, 2, 20, 3], 10)
    expect(made.offsetS).toBe(12)
    expect(greenAt(made, 11)).toEqual([])
    expect(greenAt(made, 13)).toEqual(['v1'])
  })

  it('shows in every stage what the program shows, and adds up', () => {
    const stage = fc.record({
      greens: fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }),
      greenS: fc.integer({ min: 6, max: 40 }),
      redS: fc.integer({ min: 0, max: 3 }),
    })
    fc.assert(
      fc.property(
        fc.array(stage, { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 3, max: 5 }),
        fc.integer({ min: 0, max: 200 }),
        (stages, yellowS, offsetS) => {
          const used = [...new Set(stages.flatMap(({ greens }) => greens))]
          const phases = stages.flatMap(({ greens, greenS, redS }, i) => {
            const next = stages[(i + 1) % stages.length]!.greens
            const ends = (group: number) => greens.includes(group) && !next.includes(group)
            const show = (letter: string) => (group: number) =>
              ends(group) ? letter : greens.includes(group) ? 'G' : 'r'
            return [
              { durationS: greenS, show: (group: number) => (greens.includes(group) ? 'G' : 'r') },
              { durationS: yellowS, show: show('y') },
              ...(redS > 0 ? [{ durationS: redS, show: show('r') }] : []),
            ]
          })
          const groups = used.map((group) => ({
            id: `v${group}`,
            approach: `v${group}`,
            shown: phases.map(({ show }) => show(group)).join(''),
          }))
          const durations = phases.map(({ durationS }) => durationS)
          const cycleS = durations.reduce((sum, s) => sum + s, 0)
          const made = programTable(groups, durations, offsetS)
          if (typeof made === 'string') {
            expect(made).toMatch(/fewer than two stages|not between 20 and 300|longer than three/)
            return
          }
          expect(cycleOf(made as JunctionTable)).toBeCloseTo(cycleS, 9)
          let at = offsetS
          for (const { durationS, show } of phases) {
            const greens = used.filter((group) => show(group) === 'G').map((group) => `v${group}`)
            const changing = used.some((group) => show(group) === 'y') || durationS <= 3
            if (!changing) expect(greenAt(made, at + durationS / 2)).toEqual(greens.toSorted())
            at += durationS
          }
          for (const { ends, begins, redS } of made.intergreens) {
            expect(redS).toBeGreaterThanOrEqual(0)
            expect(made.intergreens.some((other) => other.ends === begins && other.begins === ends)).toBe(true)
            expect(tailS(made.groups.find(({ id }) => id === ends)!)).toBe(yellowS)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
