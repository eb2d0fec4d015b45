import { type Static, Type } from 'typebox'
import { OneOf, Timestamp } from '../names.ts'
import { downward } from './upward.ts'

/** Moves a barrier where there is one, or shows a text. Never executed after `expiresAt`. */
export const GateCommand = Type.Object({
  ...downward,
  action: OneOf('open', 'close', 'display'),
  text: Type.Optional(Type.String({ maxLength: 200 })),
  expiresAt: Timestamp,
})
export type GateCommand = Static<typeof GateCommand>
