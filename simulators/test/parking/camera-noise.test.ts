import { seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { readBy, type SeenVehicle } from '../../src/parking/camera-noise.ts'
import { lookAlikes } from '../../src/parking/glyph-shapes.ts'

const blue: SeenVehicle = { plate: '鲁A12345', plateColour: 'blue', vehicleClass: 'small' }
const green: SeenVehicle = { plate: '鲁AD12345', plateColour: 'green', vehicleClass: 'small' }
const runs = 40_000
const reads = (vehicle: SeenVehicle, characterError: number) => {
  const random = seededRandom(7)
  return Array.from({ length: runs }, () => readBy(random, vehicle, characterError))
}

describe('a camera', () => {
  it('without noise reads every plate', () => {
    expect(reads(blue, 0).every(({ plate }) => plate === blue.plate)).toBe(true)
  })

  it('misreads each character at the given rate and the province at twice that', () => {
    const wrong = reads(blue, 0.02).filter(({ plate }) => plate !== blue.plate).length / runs
    expect(wrong).toBeCloseTo(1 - 0.96 * 0.98 ** 6, 2)
  })

  it('now and then loses a character of eight', () => {
    const short = reads(green, 0.02).filter(({ plate }) => plate.length === 7).length / runs
    expect(short).toBeGreaterThan(0.06)
    expect(short).toBeLessThan(0.09)
  })

  it('is surer of right plates than of wrong ones, but not always', () => {
    const all = reads(blue, 0.02)
    const mean = (some: typeof all) => some.reduce((sum, { confidence }) => sum + confidence, 0) / some.length
    const right = all.filter(({ plate }) => plate === blue.plate)
    const wrong = all.filter(({ plate }) => plate !== blue.plate)
    expect(mean(right)).toBeGreaterThan(mean(wrong) + 0.1)
    expect(Math.max(...wrong.map(({ confidence }) => confidence))).toBeGreaterThan(mean(right))
  })

  it('takes 8 for B sooner than for L', () => {
    const weight = (glyph: string) => lookAlikes.get('8')?.find((other) => other.glyph === glyph)?.weight ?? 0
    expect(weight('B')).toBeGreaterThan(20 * weight('L'))
  })

  it('reads the same with the same seed', () => {
    expect(reads(green, 0.01)).toEqual(reads(green, 0.01))
  })
})
