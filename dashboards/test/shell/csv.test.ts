import { describe, expect, it } from 'vitest'
import { csv } from '../../src/shell/csv.ts'

describe('csv', () => {
  it('begins with a byte order mark and ends each row with CRLF', () => {
    expect(
      csv([
        ['名称', 'Bays'],
        ['Poststraße', 592],
      ]),
    ).toBe('\uFEFF名称,Bays\r\nPoststraße,592\r\n')
  })

  it('quotes what would break a row', () => {
    expect(csv([['a,b', 'say "x"', 'two\nlines', undefined]])).toBe('\uFEFF"a,b","say ""x""","two\nlines",\r\n')
  })

  it('keeps a name that looks like a formula from being run, and leaves negative figures alone', () => {
    expect(csv([['=HYPERLINK("x")', '-1+1', -5]])).toBe('\uFEFF"\'=HYPERLINK(""x"")",\'-1+1,-5\r\n')
  })
})
