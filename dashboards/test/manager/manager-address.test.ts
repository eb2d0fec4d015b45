import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lotKinds, type ManagerAddress, readAddress, writeAddress } from '../../src/manager/manager-address.ts'

describe('the address of the parking map', () => {
  it('gives back what was written', () => {
    const address = fc.record({
      view: fc.constantFrom('occupancy' as const, 'revenue' as const, 'turnover' as const),
      period: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
      lot: fc.option(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/), { nil: undefined }),
      band: fc.constantFrom(undefined, 'low' as const, 'mid' as const, 'full' as const, 'stale' as const),
      kind: fc.constantFrom(undefined, ...lotKinds),
      search: fc.string(),
    })
    fc.assert(
      fc.property(address, (written: ManagerAddress) => {
        expect(readAddress(writeAddress(written, ''))).toEqual(written)
      }),
    )
  })

  it('leaves defaults out and the language in', () => {
    expect(writeAddress(readAddress(''), '?lang=zh')).toBe('?lang=zh')
    expect(writeAddress(readAddress(''), '')).toBe('')
  })

  it('passes over what it does not know', () => {
    expect(readAddress('?view=stars&band=1&kind=x&period=year')).toEqual({
      view: 'occupancy',
      period: 'day',
      search: '',
    })
  })
})
