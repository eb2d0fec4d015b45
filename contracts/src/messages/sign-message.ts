import { type Static, Type } from 'typebox'
import { LocalText, Timestamp } from '../names.ts'
import { downward } from './upward.ts'

/** What a variable-message sign shows until `until`; blank afterwards. */
export const SignMessage = Type.Object({
  ...downward,
  text: LocalText,
  symbol: Type.Optional(Type.String({ maxLength: 32 })),
  until: Timestamp,
})
export type SignMessage = Static<typeof SignMessage>
