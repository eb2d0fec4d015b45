import { type Static, Type } from 'typebox'
import { MessageId, OneOf } from '../names.ts'
import { upward } from './upward.ts'

/** Birth and death of a device: published retained after connecting, and left as the last will. */
export const DeviceStatus = Type.Object({
  ...upward,
  state: OneOf('online', 'offline'),
  bootId: MessageId,
  firmware: Type.String({ maxLength: 64 }),
})
export type DeviceStatus = Static<typeof DeviceStatus>
