import { type Static, Type } from 'typebox'

/** A name on the wire: a device, a district, a lot, a junction. Safe in topics, addresses and file names. */
export const Name = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
  description: 'lower-case letters, digits and hyphens, at most 63',
})
export type Name = Static<typeof Name>

/** A message id, unique within its device: the idempotency key. */
export const MessageId = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]*$' })

/** RFC 3339 with milliseconds and an offset. */
export const Timestamp = Type.String({
  pattern:
    '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$',
  description: 'RFC 3339 with milliseconds and offset, for example 2026-11-23T08:15:00.000+08:00',
})

/** Integer fen (1/100 yuan). */
export const Fen = Type.Integer({ description: 'integer fen, 1/100 yuan' })

/** WGS 84 degrees. */
export const Position = Type.Object({
  lon: Type.Number({ minimum: -180, maximum: 180 }),
  lat: Type.Number({ minimum: -90, maximum: 90 }),
})
export type Position = Static<typeof Position>

/** GeoJSON LineString, WGS 84 longitude then latitude. */
export const LineString = Type.Object({
  type: Type.Literal('LineString'),
  coordinates: Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 3 }), { minItems: 2 }),
})
export type LineString = Static<typeof LineString>

/** A text for people, Chinese and English; at least one of the two. */
export const LocalText = Type.Object({ zh: Type.Optional(Type.String()), en: Type.Optional(Type.String()) })
export type LocalText = Static<typeof LocalText>

/** One of the given strings. */
export const OneOf = <const T extends string>(...values: readonly T[]) =>
  Type.Unsafe<T>(Type.Enum(values as unknown as string[]))
