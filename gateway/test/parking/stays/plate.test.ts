import { describe, expect, it } from 'vitest'
import { isPlate, maskPlate, normalisePlate } from '../../../src/parking/stays/plate.ts'

describe('a plate', () => {
  it.each([
    [' 鲁A·12345 ', '鲁A12345'],
    ['鲁a-1o3i5', '鲁A10315'],
    ['鲁Ａ１２３４５', '鲁A12345'],
    ['鲁O1234警', '鲁O1234警'],
    ['鲁AD12 345', '鲁AD12345'],
  ])('%s is compared as %s', (raw, normal) => expect(normalisePlate(raw)).toBe(normal))

  it.each([
    '鲁A12345',
    '鲁B1234挂',
    '京O1234警',
    '粤Z1234港',
    '123456使',
    '沪12345领',
    '鲁AD12345',
    '鲁A12345D',
    '民航12345',
  ])('%s has the shape of one', (plate) => expect(isPlate(plate)).toBe(true))

  it.each(['A12345', '鲁I12345', '鲁A1234', '鲁A1234567', '鲁AL12345', '????'])('%s has not', (plate) =>
    expect(isPlate(plate)).toBe(false),
  )

  it('keeps its place and its last character when masked', () => expect(maskPlate('鲁A12345')).toBe('鲁A1•••5'))
})
