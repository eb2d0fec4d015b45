import { describe, expect, it } from 'vitest'
import { nextScreen, screensFor } from '../../src/shell/screens.ts'

describe('screensFor', () => {
  it('opens to each role its own, and all to the administrator', () => {
    const ids = (...roles: Parameters<typeof screensFor>[0]) => screensFor(roles).map(({ id }) => id)
    expect(ids('manager')).toEqual(['manager'])
    expect(ids('dispatcher')).toEqual(['dispatcher'])
    expect(ids('hospital')).toEqual(['manager'])
    expect(ids('admin')).toEqual(['manager', 'dispatcher'])
    expect(ids('cashier')).toEqual([])
  })
})

describe('nextScreen', () => {
  it('goes on to one of our screens with its query', () => {
    expect(nextScreen(`?next=${encodeURIComponent('/manager?lot=a')}`)).toBe('/manager?lot=a')
  })

  it.each(['https://evil.test/manager', '//evil.test', '/managers', 'javascript:alert(1)', '/api/v1/lots'])(
    'goes nowhere else: %s',
    (address) => {
      expect(nextScreen(`?next=${encodeURIComponent(address)}`)).toBeUndefined()
    },
  )
})
