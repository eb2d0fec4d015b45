import { type Static, type TSchema, Type } from 'typebox'

/** RFC 9457 problem details. `errors` names the fields. */
export const Problem = Type.Object({
  type: Type.String({ description: 'urn:clearway:problem:{code}' }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
})
export type Problem = Static<typeof Problem>

/** `limit` and `cursor` of every list. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
}

/** The answer of every list. `nextCursor` is null on the last page. */
export const Page = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) })
export interface Page<T> {
  items: T[]
  nextCursor: string | null
}
