import { describe, expect, it } from 'vitest'
import { failureText } from '../../src/server/refusal.ts'
import { RefusedError } from '../../src/server/requests.ts'

const refused = (status: number, code: string) =>
  new RefusedError(status, { type: `urn:clearway:problem:${code}`, title: 'No', status, detail: 'in English' })

describe('the text of a failure', () => {
  it('names the reason that the code of the server stands for', () => {
    expect(failureText(refused(400, 'off-the-map'))).toBe('offTheMap')
    expect(failureText(refused(400, 'unreachable'))).toBe('noWay')
    expect(failureText(refused(409, 'no-unit-available'))).toBe('noUnit')
    expect(failureText(refused(409, 'vehicle-busy'))).toBe('unitBusy')
  })

  it("passes on the server's own words for a code that it does not know", () => {
    expect(failureText(refused(400, 'toString'))).toBe('refused')
    expect(failureText(new RefusedError(502, undefined))).toBe('refused')
  })

  it('tells a missing right, too much haste and a missing server apart', () => {
    expect(failureText(refused(403, 'role'))).toBe('forbidden')
    expect(failureText(refused(429, 'rate'))).toBe('tooMany')
    expect(failureText(new Error('did not reach the server'))).toBe('unreachable')
  })
})
