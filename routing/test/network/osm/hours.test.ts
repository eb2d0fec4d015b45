import fc from 'fast-check'
import { expect, it } from 'vitest'
import { weeklyHours } from '../../../src/network/osm/hours.ts'
import { appliesAt } from '../../../src/network/weekly-hours.ts'

it.each([
  ['07:00-09:00', [[127, 420, 540]]],
  ['7:30-19:00', [[127, 450, 1140]]],
  [
    'Mo-Fr 07:00-09:00,17:00-19:00',
    [
      [31, 420, 540],
      [31, 1020, 1140],
    ],
  ],
  [
    'Mo-Fr 07:00-09:00; Sa 10:00-14:00',
    [
      [31, 420, 540],
      [32, 600, 840],
    ],
  ],
  [
    'Mo-Fr 07:00-09:00, Sa,Su 10:00-14:00',
    [
      [31, 420, 540],
      [96, 600, 840],
    ],
  ],
  ['Sa,Su', [[96, 0, 1440]]],
  ['Fr-Mo 00:00-24:00', [[16 | 32 | 64 | 1, 0, 1440]]],
  [
    'Su 22:00-06:00',
    [
      [64, 1320, 1440],
      [1, 0, 360],
    ],
  ],
  [
    '22:00-24:00, 0:00-06:00',
    [
      [127, 1320, 1440],
      [127, 0, 360],
    ],
  ],
  ['Mo-Fr 07:00-09:00; PH off', [[31, 420, 540]]],
])('%s is understood', (text, windows) => {
  expect(weeklyHours(text)).toEqual(windows.map(([days, fromMinute, toMinute]) => ({ days, fromMinute, toMinute })))
})

it.each([
  'weight>7.5',
  '7:30-19:00 AND weight>7.5',
  '2016 Apr 25 - 2016 Sep 26',
  'sunset-sunrise',
  'PH 10:00-12:00',
  'Mo-Xx 10:00-12:00',
  '25:00-26:00',
  '10:70-12:00',
  'wet',
  '',
  'Mo-Fr 07:00',
])('"%s" is not hours of the week', (text) => {
  expect(weeklyHours(text)).toBeUndefined()
})

it('holds on the days and at the minutes written, over midnight too', () => {
  const names = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su']
  const clock = (minute: number) => `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`
  // A Monday.
  const mondayMs = Date.parse('2026-11-23T00:00:00Z')
  fc.assert(
    fc.property(fc.nat(6), fc.nat(1439), fc.nat(1439), fc.nat(7 * 1440 - 1), (day, from, to, minute) => {
      const hours = weeklyHours(`${names[day]} ${clock(from)}-${clock(to)}`)!
      const lengthMin = to > from ? to - from : to - from + 1440
      const sinceStart = (minute - day * 1440 - from + 7 * 1440) % (7 * 1440)
      expect(appliesAt(hours, mondayMs + minute * 60_000, 'UTC')).toBe(sinceStart < lengthMin)
    }),
  )
})
