import { type JunctionTable, seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { falseDetector, falseDetectors, silentJunctions, undisturbed } from '../../src/sumo/disturbances.ts'

const junctions = Array.from({ length: 20 }, (_, i) => ({ id: `j-${i}` })) as JunctionTable[]

describe('what goes wrong in a run', () => {
  it('is a share of the junctions and of the detectors, the same for the same seed', () => {
    const disturbed = { ...undisturbed, silentJunctions: 0.1, falseDetectors: 0.25 }
    const silent = silentJunctions(junctions, disturbed, seededRandom(1))
    expect(silent.size).toBe(2)
    expect(silentJunctions(junctions, disturbed, seededRandom(1))).toEqual(silent)
    const others = [2, 3, 4].map((seed) => silentJunctions(junctions, disturbed, seededRandom(seed)))
    expect(others).not.toEqual([silent, silent, silent])
    expect(falseDetectors(40, disturbed, seededRandom(1)).size).toBe(10)
  })

  it('is nothing where nothing is asked for, and everything at a share of 1', () => {
    expect(silentJunctions(junctions, undisturbed, seededRandom(1)).size).toBe(0)
    expect(silentJunctions(junctions, { ...undisturbed, silentJunctions: 1 }, seededRandom(1)).size).toBe(20)
  })
})

it('a false detector reports what a detector may, and not always the same', () => {
  const detector = falseDetector(seededRandom(1))
  const readings = Array.from({ length: 50 }, () => detector.read(0))
  expect(readings.every(({ occupancy, queueM = -1 }) => occupancy >= 0 && occupancy <= 1 && queueM >= 0)).toBe(true)
  expect(new Set(readings.map(({ queueM }) => queueM)).size).toBeGreaterThan(20)
})
