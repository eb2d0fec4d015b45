import { seededRandom } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { align } from '../../../src/parking/matching/align.ts'
import { DwellTimes } from '../../../src/parking/matching/dwell-times.ts'
import { type Inside, matchExit, type Sight } from '../../../src/parking/matching/match-exit.ts'
import { plateLikelihood } from '../../../src/parking/matching/plate-likelihood.ts'
import { PlatePopulation } from '../../../src/parking/matching/plate-population.ts'
import { ReadingErrors } from '../../../src/parking/matching/reading-errors.ts'

const minuteMs = 60_000
const sight = (plate: string, atMin: number, more: Partial<Sight> = {}): Sight => ({
  plate,
  atMs: atMin * minuteMs,
  confidence: 0.97,
  colour: 'blue',
  vehicleClass: 'small',
  ...more,
})
const inside = (...plates: string[]): Inside[] => plates.map((plate, i) => ({ stay: plate, entry: sight(plate, i) }))
const knowledge = () => ({ errors: new ReadingErrors(), dwell: new DwellTimes(), population: new PlatePopulation() })
const characters = [...'0123456789ABCDEFGHJKLMNPQRSTUVWXYZ']
const Plate = fc
  .array(fc.constantFrom(...characters), { minLength: 5, maxLength: 6 })
  .map((serial) => `鲁A${serial.join('')}`)

describe('whose exit it is', () => {
  it('an equal plate, when nothing speaks against it', () => {
    const match = matchExit(sight('鲁A12345', 90), inside('鲁A12345', '鲁B76543'), [], knowledge())
    expect(match).toMatchObject({ outcome: 'exact', candidates: [{ stay: '鲁A12345' }, {}] })
  })

  it('a look-alike sooner than any other character', () => {
    const { candidates } = matchExit(sight('鲁A1234S', 90), inside('鲁A12345', '鲁A1234W'), [], knowledge())
    expect(candidates[0]).toMatchObject({ stay: '鲁A12345' })
    expect(candidates[0]?.probability).toBeGreaterThan(0.9)
  })

  it('nobody, when nobody is like it', () => {
    const match = matchExit(sight('京C55667', 90), inside('鲁A12345', '鲁B76543'), [], knowledge())
    expect(match.outcome).toBe('review')
    expect(match.unseen).toBeGreaterThan(0.99)
  })

  it('of two as like, the one that usually leaves after so long', () => {
    const known = knowledge()
    for (let i = 0; i < 300; i++) known.dwell.see((50 + (i % 20)) * minuteMs)
    const twins = [
      { stay: 'an hour', entry: sight('鲁A12344', 0) },
      { stay: 'a minute', entry: sight('鲁A12346', 59) },
    ]
    const { candidates } = matchExit(sight('鲁A12345', 60), twins, [], known)
    expect(candidates[0]).toMatchObject({ stay: 'an hour' })
    expect(candidates[0]?.evidence.dwell).toBeGreaterThan(0)
  })

  it('an equal plate of another colour and class only to be confirmed', () => {
    const twins = [
      { stay: 'equal', entry: sight('鲁A12345', 0, { colour: 'yellow', vehicleClass: 'large', confidence: 0.6 }) },
      { stay: 'other', entry: sight('鲁A1234S', 1) },
    ]
    expect(matchExit(sight('鲁A12345', 90, { confidence: 0.6 }), twins, [], knowledge()).outcome).not.toBe('exact')
  })

  it('a vehicle that has just left, read twice', () => {
    const left = [{ stay: 'left', entry: sight('鲁A12345', 90) }]
    const match = matchExit(sight('鲁A1234S', 90), inside('鲁B76543'), left, knowledge())
    expect(match).toMatchObject({ outcome: 'proposed', candidates: [{ stay: 'left', kind: 'again' }, {}] })
  })

  it('probabilities of all that it can be add up to at most one, whoever is inside', () => {
    fc.assert(
      fc.property(fc.array(Plate, { maxLength: 40 }), Plate, (plates, exit) => {
        const { candidates, unseen } = matchExit(sight(exit, 90), inside(...plates), [], knowledge())
        const total = candidates.reduce((sum, { probability }) => sum + probability, unseen)
        expect(total).toBeLessThanOrEqual(1 + 1e-9)
        for (const { probability } of candidates) expect(probability).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('does not depend on the order of those inside', () => {
    fc.assert(
      fc.property(fc.uniqueArray(Plate, { minLength: 2, maxLength: 20 }), Plate, (plates, exit) => {
        const open = inside(...plates)
        const one = matchExit(sight(exit, 90), open, [], knowledge())
        const other = matchExit(sight(exit, 90), open.toReversed(), [], knowledge())
        expect(other.outcome).toBe(one.outcome)
        expect(other.candidates[0]?.probability).toBeCloseTo(one.candidates[0]?.probability ?? 0, 9)
      }),
    )
  })
})

describe('the likelihood of a reading', () => {
  it('adds up to one over all readings that differ in one place', () => {
    const errors = new ReadingErrors()
    const all = characters.reduce((sum, c) => sum + plateLikelihood('鲁A12345', `鲁A1234${c}`, 0.01, errors), 0)
    const right = plateLikelihood('鲁A1234', '鲁A1234', 0.01, errors)
    expect(all).toBeCloseTo(right, 3)
  })

  it('of a plate of eight that lost one is far above that of seven', () => {
    const errors = new ReadingErrors()
    const eight = plateLikelihood('鲁AD12345', '鲁AD1234', 0.01, errors)
    expect(eight).toBeGreaterThan(3 * plateLikelihood('鲁AD1234', '鲁AD123', 0.01, errors))
  })

  it('learns what a camera confuses', () => {
    const errors = new ReadingErrors()
    const before = errors.confusion('4', 'A')
    for (let i = 0; i < 20; i++) errors.learn({ read: '鲁BA0000', truth: '鲁B40000', confidence: 0.8 })
    expect(errors.confusion('4', 'A')).toBeGreaterThan(10 * before)
    expect(errors.rate(0.8)).toBeGreaterThan(0.03)
    expect(new ReadingErrors(JSON.parse(JSON.stringify(errors.counts))).confusion('4', 'A')).toBe(
      errors.confusion('4', 'A'),
    )
  })

  it('confusions of a character add up to one, whatever was learned', () => {
    const errors = new ReadingErrors()
    const random = seededRandom(3)
    for (let i = 0; i < 200; i++) {
      const [read, truth] = [0, 0].map(() => `鲁A${Array.from({ length: 5 }, () => random.pick(characters)).join('')}`)
      errors.learn({ read: read as string, truth: truth as string, confidence: random.next() })
    }
    for (const a of characters) {
      const sum = characters.filter((b) => b !== a).reduce((total, b) => total + errors.confusion(a, b), 0)
      expect(sum).toBeCloseTo(1, 9)
    }
  })
})

describe('an alignment', () => {
  it.each([
    ['鲁A12345', '鲁A12345', [], 0, 0],
    ['鲁A12345', '鲁A1234S', ['5S'], 0, 0],
    ['鲁AD12345', '鲁AD1245', [], 1, 0],
    ['鲁A12345', '鲁A122345', [], 0, 1],
  ])('of %s and %s', (truth, read, swapped, lost, added) => {
    const alignment = align(truth, read)
    expect(alignment).toMatchObject({ lost, added })
    expect(alignment.pairs.filter((p) => p.truth !== p.read).map((p) => p.truth + p.read)).toEqual(swapped)
  })
})

describe('dwell times', () => {
  it('what a lot has seen outweighs the prior', () => {
    const dwell = new DwellTimes()
    for (let i = 0; i < 500; i++) dwell.see(40 * minuteMs)
    expect(dwell.hazard(40 * minuteMs)).toBeGreaterThan(20 * dwell.hazard(5 * minuteMs))
  })

  it('are positive and finite for any time', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 400 * 86_400_000, noNaN: true }), (ms) => {
        const hazard = new DwellTimes().hazard(ms)
        expect(hazard).toBeGreaterThan(0)
        expect(Number.isFinite(hazard)).toBe(true)
      }),
    )
  })
})
