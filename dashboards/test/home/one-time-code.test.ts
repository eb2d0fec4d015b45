import { describe, expect, it } from 'vitest'
import { codeIn } from '../../src/home/one-time-code.ts'

describe('codeIn', () => {
  it('finds the code of a sign-in link', () => {
    expect(codeIn('#code=aB-3_x')).toBe('aB-3_x')
    expect(codeIn('#x=1&code=7')).toBe('7')
  })

  it('finds none elsewhere', () => {
    expect(codeIn('')).toBeUndefined()
    expect(codeIn('#content')).toBeUndefined()
  })
})
