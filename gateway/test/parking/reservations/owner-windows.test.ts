import { describe, expect, it } from 'vitest'
import { ownerSpans } from '../../../src/parking/reservations/owner-windows.ts'

const week = { fromMs: Date.parse('2026-11-23T00:00:00+08:00'), untilMs: Date.parse('2026-11-30T00:00:00+08:00') }
const local = (ms: number, offsetH = 8) => new Date(ms + offsetH * 3_600_000).toISOString().slice(5, 16)
const shown = (spans: { fromMs: number; untilMs: number }[], offsetH = 8) =>
  spans.map(({ fromMs, untilMs }) => `${local(fromMs, offsetH)} ${local(untilMs, offsetH)}`)

describe('times at which an owner needs a bay', () => {
  it('run over midnight, also from the night before', () => {
    const nights = [{ days: ['sun' as const, 'tue' as const], from: '18:00', until: '08:00' }]
    expect(shown(ownerSpans(nights, week, 'Asia/Shanghai'))).toEqual([
      '11-22T18:00 11-23T08:00',
      '11-24T18:00 11-25T08:00',
      '11-29T18:00 11-30T08:00',
    ])
  })

  it('are joined where one day goes on into the next', () => {
    const weekend = [{ days: ['sat' as const, 'sun' as const], from: '00:00', until: '24:00' }]
    expect(shown(ownerSpans(weekend, week, 'Asia/Shanghai'))).toEqual(['11-28T00:00 11-30T00:00'])
  })

  it('follow the wall clock through a change of time', () => {
    const span = { fromMs: Date.parse('2026-10-24T00:00:00Z'), untilMs: Date.parse('2026-10-26T00:00:00Z') }
    const evenings = [{ days: ['sat' as const, 'sun' as const], from: '20:00', until: '22:00' }]
    expect(shown(ownerSpans(evenings, span, 'Europe/Berlin'), 0)).toEqual([
      '10-24T18:00 10-24T20:00',
      '10-25T19:00 10-25T21:00',
    ])
  })
})
