import type { TariffDocument } from '@clearway/contracts'
import { priceStay } from '../../../src/parking/tariffs/pricing.ts'
import type { RatedStay } from '../../../src/parking/tariffs/rated-stay.ts'
import { shippedTariffs } from '../../../src/parking/tariffs/tariffs.ts'
import { minuteMs, startMs } from '../small-lot.ts'

export const shipped = (id: string): TariffDocument => {
  const edition = shippedTariffs.find((candidate) => candidate.id === id)
  if (!edition) throw new Error(`no shipped tariff ${id}`)
  return edition.document
}

/** A station car park in Jinan: 15 min free, ¥1.5 for the first half-hour, ¥2 for each further, ¥40 a day. */
export const jinanStation: TariffDocument = {
  name: { zh: '济南站停车场' },
  free: { withinMin: 15 },
  first: { untilMin: 30, amountFen: 150 },
  further: { everyMin: 30, amountFen: 200 },
  capPer24hFen: 4000,
}

/** ¥2.5 for a quarter of an hour by day, ¥1 for two hours by night. */
export const dayAndNight: TariffDocument = {
  name: { en: 'day and night' },
  windows: [
    { name: { zh: '白天', en: 'day' }, from: '07:00', until: '19:00', further: { everyMin: 15, amountFen: 250 } },
    { name: { zh: '夜间', en: 'night' }, from: '19:00', until: '07:00', further: { everyMin: 120, amountFen: 100 } },
  ],
}

/** Price of the time from one wall clock to another, `2026-11-23 18:20`, in yuan. */
export const yuanBetween = (document: TariffDocument, from: string, until: string, more: Partial<RatedStay> = {}) =>
  between(document, from, until, more).amountFen / 100

export const between = (document: TariffDocument, from: string, until: string, more: Partial<RatedStay> = {}) =>
  priceStay(document, { enteredAtMs: at(from), leftAtMs: at(until), ...more })

/** An instant in Shanghai. */
export const at = (wallClock: string): number => Date.parse(`${wallClock.replace(' ', 'T')}:00+08:00`)

export const priceOf = (document: TariffDocument, minutes: number, more: Partial<RatedStay> = {}) =>
  priceStay(document, { enteredAtMs: startMs, leftAtMs: startMs + minutes * minuteMs, ...more })

export const yuanOf = (document: TariffDocument, minutes: number, more: Partial<RatedStay> = {}) =>
  priceOf(document, minutes, more).amountFen / 100
