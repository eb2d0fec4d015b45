import { type Static, type TSchema, Type } from 'typebox'
import { PlateColour, VehicleClass } from '../messages/gate-read.ts'
import { LocalText, Name, OneOf, Timestamp } from '../names.ts'

const longestMin = 1440
const dearestFen = 10_000_000

const Minutes = (description: string, minimum = 1, maximum = longestMin) =>
  Type.Integer({ minimum, maximum, description: `${description}; whole minutes` })
const Price = (description: string) =>
  Type.Integer({ minimum: 0, maximum: dearestFen, description: `${description}; fen (500 is ¥5)` })
const Choice = <const T extends string>(description: string, ...values: readonly T[]) =>
  Type.Unsafe<T>({ ...OneOf(...values), description })
const Some = <S extends TSchema>(items: S, description: string, maxItems = 100) =>
  Type.Array(items, { minItems: 1, maxItems, description })

/** What a date is to a tariff. A swapped workday (调休) is a Saturday or Sunday that is worked for a bridge day. */
export const DayKind = Choice(
  'workday; weekend; public-holiday: a day off of a public holiday; swapped-workday: a Saturday or Sunday that is worked (调休)',
  'workday',
  'weekend',
  'public-holiday',
  'swapped-workday',
)
export type DayKind = Static<typeof DayKind>
export const dayKinds: readonly DayKind[] = ['workday', 'weekend', 'public-holiday', 'swapped-workday']

const WallClock = (description: string) => Type.String({ pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$', description })

const FirstBlock = Type.Object(
  {
    untilMin: Minutes('how long it lasts, from the beginning of the charged time'),
    amountFen: Price('price of the block, as soon as it is begun'),
  },
  { description: 'the first block, paid once' },
)

const Blocks = Type.Object(
  { everyMin: Minutes('length of a block'), amountFen: Price('price of each block that is begun') },
  { description: 'equal blocks; each that is begun is paid' },
)

const Step = Type.Object({
  untilMin: Minutes(
    'where the step ends, from the beginning of the charged time; a whole number of blocks after its start',
  ),
  everyMin: Minutes('length of a block'),
  amountFen: Price('price of each block that is begun'),
})

const after = ['restart', 'restart-without-free'] as const

const rate = {
  first: Type.Optional(FirstBlock),
  steps: Type.Optional(Some(Step, 'dearer or cheaper blocks between the first block and the further ones', 20)),
}

const Window = Type.Object({
  name: Type.Optional(LocalText),
  days: Type.Optional(Some(DayKind, 'on which days; all days if absent', 4)),
  from: Type.Optional(WallClock('time of day from which it holds, for example 07:00; 00:00 if absent')),
  until: Type.Optional(
    WallClock('time of day at which it ends, for example 19:00; before `from` it passes midnight; 24:00 if absent'),
  ),
  ...rate,
  further: Blocks,
  capFen: Type.Optional(Price('most that one visit to the window costs')),
})

const Free = Type.Object(
  {
    withinMin: Minutes('free minutes', 0, longestMin - 1),
    kind: Type.Optional(
      Choice(
        'threshold: a stay that is longer is charged from its first minute; allowance: the minutes are deducted; threshold if absent',
        'threshold',
        'allowance',
      ),
    ),
    inclusive: Type.Optional(
      Type.Boolean({
        description: 'whether a stay of exactly withinMin is still free; threshold only; true if absent',
      }),
    ),
    timesPer24h: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: 'how many entries of a plate in 24 h have free time' }),
    ),
  },
  { description: 'free time at the beginning of a stay' },
)

/** What a rule for some vehicles may put in place of the rules for all. */
const prices = {
  free: Type.Optional(Free),
  ...rate,
  further: Type.Optional(Blocks),
  windows: Type.Optional(
    Some(Window, 'prices by kind of day and time of day, in place of `further`; together they cover every minute once'),
  ),
  capPer24hFen: Type.Optional(
    Type.Union([Type.Integer({ minimum: 0, maximum: dearestFen }), Type.Null()], {
      description: 'most that 24 h from entry cost, and again each 24 h that follow; fen; null or absent: no cap',
    }),
  ),
  capPerDayFen: Type.Optional(Price('most that one calendar day costs; a block belongs to the day in which it begins')),
  capAcrossEntriesFen: Type.Optional(
    Price('most that all stays of one plate that were entered within 24 h cost together, each by its own first 24 h'),
  ),
}

const Vehicles = Type.Object({
  vehicleClass: Type.Optional(Some(VehicleClass, 'which vehicles; any if absent', 4)),
  plateColour: Type.Optional(Some(PlateColour, 'colours of their plates; any if absent', 7)),
  plateList: Type.Optional(Some(Name, 'lists of plates, any of which the plate is on; any plate if absent', 20)),
})

/**
 * A tariff document. Everything but the name and a price for further time may be left out. A stay within
 * `free.withinMin` costs nothing; under `threshold` a longer stay is charged in full, under `allowance` the free minutes
 * are deducted. Blocks are started blocks counted from entry. Each 24 h from entry is priced on its own and capped on its
 * own: after the first, `continue` charges further blocks only, `restart` charges like a new stay, free minutes and first
 * block included; under `ignore` the 24 h mark means nothing. Amounts are integer fen, durations whole minutes.
 */
export const TariffDocument = Type.Object({
  name: Type.Object(LocalText.properties, { description: 'what people call it, Chinese (zh) or English (en) or both' }),
  currency: Type.Optional(Type.Literal('CNY', { description: 'CNY, also if absent' })),
  timeZone: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'IANA zone of its times of day and calendar days, for example Asia/Shanghai, which it is if absent',
    }),
  ),
  ...prices,
  blocks: Type.Optional(
    Type.Object(
      {
        clock: Choice(
          'window: block clocks begin anew at each window; entry: blocks run on from entry, each at the price of the window in which it begins',
          'window',
          'entry',
        ),
        rounding: Type.Optional(
          Choice(
            'per-window: each visit to a window is rounded up to whole blocks; once: the visits to a window are added up, then rounded up once; per-window if absent; clock window only',
            'per-window',
            'once',
          ),
        ),
      },
      { description: 'how blocks lie in windows; { clock: window, rounding: per-window } if absent' },
    ),
  ),
  after24h: Type.Optional(
    Choice(
      'after 24 h from entry. continue: further blocks only; restart: like a new stay; restart-without-free: the same without free time; ignore: the mark means nothing. If absent: ignore where there are windows and no capPer24hFen, otherwise continue',
      'continue',
      ...after,
      'ignore',
    ),
  ),
  vehicles: Type.Optional(
    Some(
      Type.Object({ when: Vehicles, ...prices }),
      'other prices for some vehicles; the first rule that fits puts what it names in place of the above',
      50,
    ),
  ),
  afterPayment: Type.Optional(
    Type.Object(
      {
        graceMin: Minutes('how long one may still stay after paying', 0),
        afterwards: Type.Optional(
          Choice(
            'who stays longer is charged from the payment on, like a new stay (restart), the same without free time (restart-without-free, if absent), or as if not paid (continue)',
            ...after,
            'continue',
          ),
        ),
      },
      { description: 'for those who pay before they leave' },
    ),
  ),
  passes: Type.Optional(
    Type.Object(
      {
        graceDays: Type.Integer({ minimum: 0, maximum: 366, description: 'days for which a pass holds after its end' }),
        insideAtOnce: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 1000,
            description: 'vehicles of a pass inside at one time; 1 if absent',
          }),
        ),
        takesPublicBays: Type.Optional(
          Type.Boolean({ description: 'whether its vehicles also stand in bays for everyone; true if absent' }),
        ),
        afterwards: Type.Optional(
          Choice(
            'time that no pass covers is charged like a new stay (restart, if absent), or the same without free time',
            ...after,
          ),
        ),
      },
      { description: 'what a pass does; without it a pass holds to its end, for one vehicle at a time' },
    ),
  ),
  discounts: Type.Optional(
    Some(
      Type.Object({
        id: Name,
        name: LocalText,
        amountFen: Type.Optional(Price('how much is taken off')),
        percent: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 100, description: 'how many per cent are taken off' }),
        ),
        minutes: Type.Optional(Minutes('the first minutes of the stay, whose price is taken off', 1, 14 * longestMin)),
        apply: Type.Optional(
          Choice('on the price after all caps, or before them; after-cap if absent', 'after-cap', 'before-cap'),
        ),
        when: Type.Optional(
          Type.Object(Vehicles.properties, {
            description: 'vehicles that get it without asking; absent: only who shows it gets it',
          }),
        ),
      }),
      'each has one of amountFen, percent and minutes; they apply in this order and never below zero',
      50,
    ),
  ),
  rounding: Type.Optional(
    Type.Object(
      {
        toFen: Type.Integer({ minimum: 1, maximum: 10_000, description: 'the price is a multiple of it; fen' }),
        how: Choice('to which multiple', 'down', 'up', 'nearest'),
      },
      { description: 'rounding of the price, last of all; to whole fen, down, if absent' },
    ),
  ),
})
export type TariffDocument = Static<typeof TariffDocument>

export const Tariff = Type.Object({
  id: Name,
  version: Type.Integer({ minimum: 1 }),
  validFrom: Timestamp,
  document: TariffDocument,
})
export type Tariff = Static<typeof Tariff>

/** A new version of a tariff. Stays that have entered before `validFrom` keep the version that they entered under. */
export const TariffEdition = Type.Object({
  validFrom: Type.Optional(Timestamp),
  document: TariffDocument,
})
export type TariffEdition = Static<typeof TariffEdition>

/** New versions of several tariffs at once. */
export const TariffEditionList = Type.Object({
  items: Type.Array(Type.Object({ id: Name, ...TariffEdition.properties }), { minItems: 1, maxItems: 1000 }),
})
export type TariffEditionList = Static<typeof TariffEditionList>
