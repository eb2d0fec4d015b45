import {
  fromTimestamp,
  InputError,
  Name,
  Page,
  pageQuery,
  Quote,
  QuoteRequest,
  Tariff,
  TariffEdition,
} from '@clearway/contracts'
import { Type } from 'typebox'
import type { Core } from '../../core.ts'
import { pageOfList } from '../../http/paging.ts'
import { type Route, route } from '../../http/route.ts'
import type { LotLedger } from '../lot-ledger.ts'
import { quoteLines } from './line-text.ts'
import { priceStay } from './pricing.ts'
import type { RatedStay } from './rated-stay.ts'
import { tariffFileSchema } from './tariff-schema.ts'
import { tariffBody } from './tariffs.ts'

const params = Type.Object({ id: Name })

export function tariffRoutes(core: Core, { lots, tariffs, calendar }: LotLedger): Route[] {
  return [
    route({
      method: 'GET',
      path: '/tariffs',
      access: 'signed-in',
      summary: 'The newest version of each tariff',
      query: Type.Object(pageQuery),
      answer: Page(Tariff),
      handle: ({ query }) => pageOfList(tariffs.list().map(tariffBody), query),
    }),
    route({
      method: 'GET',
      path: '/tariffs/{id}',
      access: 'signed-in',
      summary: 'A tariff, its newest version unless one is named',
      params,
      query: Type.Object({ version: Type.Optional(Type.Integer({ minimum: 1 })) }),
      answer: Tariff,
      handle: ({ params: { id }, query: { version } }) =>
        tariffBody(version === undefined ? tariffs.newest(id) : tariffs.edition(id, version)),
    }),
    route({
      method: 'PUT',
      path: '/tariffs/{id}',
      access: ['manager'],
      summary: 'Add a tariff or its next version',
      params,
      body: TariffEdition,
      answer: Tariff,
      handle: ({ params: { id }, body: { document, validFrom }, actor }) =>
        core.records.transaction(() => {
          const nowMs = core.clock.now()
          const edition = tariffs.add(id, document, validFrom === undefined ? nowMs : fromTimestamp(validFrom), nowMs)
          core.audit.record(actor, 'tariff.version', id, tariffBody(edition))
          return tariffBody(edition)
        }),
    }),
    route({
      method: 'GET',
      path: '/tariff-schema',
      access: 'signed-in',
      summary: 'JSON schema of tariff files, for editors',
      answer: Type.Object({}, { additionalProperties: true }),
      handle: () => tariffFileSchema as Record<string, unknown>,
    }),
    route({
      method: 'POST',
      path: '/quotes',
      access: 'signed-in',
      summary: 'What a stay would cost, line by line; changes nothing',
      body: QuoteRequest,
      answer: Quote,
      handle: ({ body }) => {
        const stay = ratedStay(body)
        const { id, version, document } = tariffs.inForce(tariffOf(body), stay.enteredAtMs)
        const { amountFen, lines } = priceStay(document, stay, calendar)
        return { amountFen, lines: quoteLines(document, lines), tariff: id, tariffVersion: version }
      },
    }),
  ]

  function tariffOf({ tariff, lot }: QuoteRequest): string {
    if (tariff !== undefined) return tariff
    if (lot !== undefined) return lots.get(lot).tariff
    throw new InputError('quote-tariff', 'a quote needs a tariff or a lot', [
      { field: 'tariff', message: 'is missing, and so is lot; give one of the two' },
    ])
  }
}

/** What a caller says of a stay, instants in milliseconds. */
export function ratedStay(asked: Omit<QuoteRequest, 'tariff' | 'lot'>): RatedStay {
  const { vehicleClass, plateColour, plateLists, discounts, paidAt, passes = [], earlier = [] } = asked
  return {
    vehicleClass,
    plateColour,
    plateLists,
    discounts,
    enteredAtMs: fromTimestamp(asked.enteredAt),
    leftAtMs: fromTimestamp(asked.leftAt),
    paidAtMs: paidAt === undefined ? undefined : fromTimestamp(paidAt),
    passes: passes.map(({ validFrom, validUntil, others = [] }) => ({
      validFromMs: fromTimestamp(validFrom),
      validUntilMs: fromTimestamp(validUntil),
      others: others.map(({ enteredAt, leftAt }) => ({
        enteredAtMs: fromTimestamp(enteredAt),
        leftAtMs: leftAt === null ? null : fromTimestamp(leftAt),
      })),
    })),
    earlier: earlier.map(({ enteredAt, amountFen }) => ({ enteredAtMs: fromTimestamp(enteredAt), amountFen })),
  }
}
