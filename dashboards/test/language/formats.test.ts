import { describe, expect, it } from 'vitest'
import { formatsFor } from '../../src/language/formats.ts'

const zh = formatsFor('zh', 'Asia/Shanghai')
const en = formatsFor('en', 'Europe/Berlin')
const noonUtcMs = Date.parse('2026-11-23T12:00:05.000Z')

describe('formats', () => {
  it('write fen as yuan', () => {
    expect(zh.money(1250)).toBe('¥12.50')
    expect(en.money(1250)).toBe('¥12.50')
    expect(zh.wholeMoney(6_071_400)).toBe('¥60,714')
    expect(zh.money(0)).toBe('¥0.00')
  })

  it("tell the time in the city's zone, by 24 hours", () => {
    expect(zh.clock(noonUtcMs)).toBe('20:00')
    expect(en.clock(noonUtcMs)).toBe('13:00')
    expect(en.clockSeconds(noonUtcMs)).toBe('13:00:05')
    expect(en.dateClock(noonUtcMs)).toBe('11-23 13:00')
    expect(en.clock(Date.parse('2026-11-22T23:30:00.000Z'))).toBe('00:30')
  })

  it.each([
    [0, '0s', '0秒'],
    [48.4, '48s', '48秒'],
    [60, '1m', '1分钟'],
    [200, '3m 20s', '3分钟20秒'],
    [1500, '25m', '25分钟'],
    [7500, '2h 5m', '2小时5分钟'],
    [7200, '2h', '2小时'],
  ])('%d s is %s, %s', (seconds, english, chinese) => {
    expect(en.span(seconds)).toBe(english)
    expect(zh.span(seconds)).toBe(chinese)
  })

  it('write near distances in metres and far ones in kilometres', () => {
    expect(en.distance(848)).toBe('850 m')
    expect(en.distance(996)).toBe('1 km')
    expect(en.distance(3240)).toBe('3.2 km')
    expect(zh.distance(3240)).toBe('3.2公里')
  })

  it('write shares and counts', () => {
    expect(en.percent(0.547)).toBe('55%')
    expect(zh.integer(10631)).toBe('10,631')
  })

  it('write turnover so that a morning with few stays is not nothing', () => {
    expect(en.turnover(4)).toBe('4.0')
    expect(en.turnover(0.0436)).toBe('0.04')
    expect(zh.turnover(0.999)).toBe('1.0')
  })
})
