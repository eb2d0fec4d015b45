import { expect, it } from 'vitest'
import { addressOf, junctionPage, readAddress } from '../../src/junction/junction-address.ts'

it('comes back as it was written', () => {
  const atMs = Date.parse('2026-11-23T08:15:00.400Z')
  for (const preemption of [atMs, 'live' as const, undefined]) {
    expect(readAddress(addressOf({ id: 'hd-1', preemption }))).toEqual({ id: 'hd-1', preemption })
  }
})

it('a time that is none shows the newest', () => {
  expect(readAddress('?id=hd-1&preemption=soon')).toEqual({ id: 'hd-1', preemption: undefined })
})

it('names the page of a junction', () => {
  expect(junctionPage('hd-1')).toBe('/junction?id=hd-1')
})
