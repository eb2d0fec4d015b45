import { compile, TariffDocument } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { closed } from '../../../src/http/strict.ts'
import { tariffFaults } from '../../../src/parking/tariffs/tariff-faults.ts'
import { shippedTariffs } from '../../../src/parking/tariffs/tariffs.ts'
import { dayAndNight, jinanStation } from './some-tariffs.ts'

const hour = { everyMin: 60, amountFen: 100 }
const window = (from: string, until: string, days?: string[]) => ({ from, until, further: hour, ...(days && { days }) })
const of = (...windows: object[]) => ({ name: { en: 'w' }, windows }) as unknown as TariffDocument
const said = (document: TariffDocument) => tariffFaults(document).map(({ field, message }) => `${field} ${message}`)

describe('the rules of a tariff', () => {
  it('fit together in all that ship', () => {
    expect(shippedTariffs).toHaveLength(4)
    for (const { document } of shippedTariffs) expect(tariffFaults(document)).toEqual([])
    expect(tariffFaults(dayAndNight)).toEqual([])
  })

  it.each([
    [
      { capPer24hFen: 100 },
      "document.capPer24hFen 100 is below the first block's 150; raise the cap or lower the block",
    ],
    [
      { capPer24hFen: 199 },
      "document.capPer24hFen 199 is below one further block's 200; raise the cap or lower the block",
    ],
    [{ capPerDayFen: 10 }, "document.capPerDayFen 10 is below the first block's 150; raise the cap or lower the block"],
    [
      { capAcrossEntriesFen: 160 },
      "document.capAcrossEntriesFen 160 is below one further block's 200; raise the cap or lower the block",
    ],
    [
      { first: { untilMin: 15, amountFen: 150 } },
      'document.first.untilMin 15 must be more than free.withinMin 15: no stay would ever be in the first block',
    ],
    [{ name: {} }, 'document.name needs zh or en'],
    [{ timeZone: 'Asia/Jinan' }, 'document.timeZone "Asia/Jinan" is no IANA zone; give one like Asia/Shanghai'],
    [{ further: undefined }, 'document.further is missing, and so is windows; give one of the two'],
    [{ windows: dayAndNight.windows }, 'document.windows stands beside further; keep one of the two'],
    [{ blocks: { clock: 'entry' } }, 'document.blocks says how blocks lie in windows, but there are none; take it out'],
    [
      { steps: [{ untilMin: 100, everyMin: 30, amountFen: 100 }] },
      'document.steps.0.untilMin 100 cuts a block of 30 min that begins at 30; give 120',
    ],
    [
      { steps: [{ untilMin: 30, everyMin: 30, amountFen: 100 }] },
      'document.steps.0.untilMin 30 must be more than 30, where the step begins',
    ],
    [
      { after24h: 'ignore' },
      'document.after24h ignore leaves capPer24hFen 4000 without a meaning; take one of the two out',
    ],
    [
      { rounding: { toFen: 300, how: 'up' } },
      'document.capPer24hFen 4000 is no multiple of rounding.toFen 300; make it one',
    ],
    [
      { vehicles: [{ when: {}, capPer24hFen: 5000 }] },
      'document.vehicles.0.when names no vehicles; give vehicleClass, plateColour or plateList',
    ],
    [
      { vehicles: [{ when: { vehicleClass: ['large'] } }] },
      'document.vehicles.0 puts nothing in place; give it a price or take it out',
    ],
    [
      {
        vehicles: [
          { when: { vehicleClass: ['large', 'small'] }, capPer24hFen: 5000 },
          { when: { vehicleClass: ['large'], plateColour: ['yellow'] }, capPer24hFen: 6000 },
        ],
      },
      'document.vehicles.1 never holds: vehicles.0 fits all its vehicles; put it before that one',
    ],
    [
      { vehicles: [{ when: { vehicleClass: ['large'] }, capPer24hFen: 120 }] },
      "document.vehicles.0.capPer24hFen 120 is below the first block's 150; raise the cap or lower the block",
    ],
    [
      { vehicles: [{ when: { vehicleClass: ['large'] }, first: { untilMin: 60, amountFen: 100 } }] },
      'document.vehicles.0.further is missing, and so is windows; give one of the two',
    ],
    [
      { discounts: [{ id: 'a', name: { en: 'a' }, percent: 10, minutes: 10 }] },
      'document.discounts.0 "a" has percent and minutes; give one of amountFen, percent and minutes',
    ],
    [
      {
        discounts: [
          { id: 'a', name: { en: 'a' }, percent: 10 },
          { id: 'a', name: { en: 'b' }, percent: 20 },
        ],
      },
      'document.discounts.1.id "a" is also the id of discounts.0; give it another',
    ],
  ])('are refused when they do not: %j', (change, message) =>
    expect(said({ ...jinanStation, ...(change as Partial<TariffDocument>) })).toContain(message),
  )
})

describe('windows', () => {
  it.each([
    [
      'leave a gap',
      of(window('07:00', '19:00'), window('20:00', '07:00')),
      'document.windows none holds on a workday 19:00–20:00; add workday to the days of a window or change from and until',
    ],
    [
      'overlap',
      of(window('07:00', '19:00'), window('18:00', '07:00')),
      'document.windows.1 overlaps windows.0 on a weekend 18:00–19:00; change from, until or days of one',
    ],
    [
      'forget a kind of day',
      of(window('00:00', '24:00', ['workday', 'weekend', 'public-holiday'])),
      'document.windows none holds on a swapped-workday 00:00–24:00; add swapped-workday to the days of a window or change from and until',
    ],
    [
      'end where they begin',
      of(window('07:00', '07:00')),
      'document.windows.0.until 07:00 is also from, so it never holds; leave both out for the whole day',
    ],
    [
      'cap below a block',
      of({ further: hour, capFen: 50 }),
      "document.windows.0.capFen 50 is below one further block's 100; raise the cap or lower the block",
    ],
    [
      'have a first block where blocks run on from entry',
      {
        ...of({ further: hour, first: { untilMin: 60, amountFen: 100 } }),
        blocks: { clock: 'entry' },
      } as TariffDocument,
      'document.windows.0.first has no place with clock: entry; blocks of a window are equal there',
    ],
    [
      'are rounded where blocks run on from entry',
      { ...of({ further: hour }), blocks: { clock: 'entry', rounding: 'once' } } as TariffDocument,
      'document.blocks.rounding once has no meaning where blocks run on from entry; take it out or set clock: window',
    ],
  ])('are refused when they %s', (_what, document, message) => expect(said(document)).toContain(message))
})

describe('the form of a tariff', () => {
  const check = compile(closed(TariffDocument))
  it('takes five lines', () => expect(check.faults(jinanStation)).toEqual([]))

  it.each([
    [
      { windows: [{ days: ['sunday'], further: hour }] },
      'windows.0.days.0',
      /workday, weekend, public-holiday, swapped-workday, got "sunday"/,
    ],
    [
      { windows: [{ from: '7:00', further: hour }] },
      'windows.0.from',
      /time of day from which it holds, for example 07:00.*got "7:00"/,
    ],
    [{ further: { everyMin: 0, amountFen: 100 } }, 'further.everyMin', />= 1, got 0/],
    [{ first: { untilMin: 30, amountFen: 1.5 } }, 'first.amountFen', /integer, got 1\.5/],
    [{ freeMinutes: 15 }, 'freeMinutes', /is not known here, got 15/],
    [{ vehicles: [{ when: { plateColour: ['red'] } }] }, 'vehicles.0.when.plateColour.0', /got "red"/],
  ])('refuses %j, naming the field', (change, field, message) => {
    const faults = check.faults({ ...jinanStation, ...change })
    expect(faults.find((fault) => fault.field === field)?.message).toMatch(message)
  })
})
