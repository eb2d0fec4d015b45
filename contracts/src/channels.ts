import type { TSchema } from 'typebox'
import { BayOccupancy } from './messages/bay-occupancy.ts'
import { DetectorFlow } from './messages/detector-flow.ts'
import { GateCommand } from './messages/gate-command.ts'
import { GateRead } from './messages/gate-read.ts'
import { Rejected } from './messages/rejected.ts'
import { SignMessage } from './messages/sign-message.ts'
import { SignalEvents } from './messages/signal-events.ts'
import { SignalRequest } from './messages/signal-request.ts'
import { SignalResponse } from './messages/signal-response.ts'
import { SignalState } from './messages/signal-state.ts'
import { DeviceStatus } from './messages/status.ts'
import { VehiclePosition } from './messages/vehicle-position.ts'
import { VehicleRoute } from './messages/vehicle-route.ts'
import type { DeviceKind } from './topic.ts'

interface Channel {
  body: TSchema
  sentBy: 'device' | 'gateway'
  retained: boolean
}

const status = { body: DeviceStatus, sentBy: 'device', retained: true } as const
const rejected = { body: Rejected, sentBy: 'gateway', retained: false } as const

/** Every channel of the product, by `{kind}/{channel}`. Topic rules, checks and AsyncAPI follow from this map. */
export const channels = {
  'gate/status': status,
  'bay/status': status,
  'detector/status': status,
  'signal/status': status,
  'vehicle/status': status,
  'sign/status': status,
  'gate/rejected': rejected,
  'bay/rejected': rejected,
  'detector/rejected': rejected,
  'signal/rejected': rejected,
  'vehicle/rejected': rejected,
  'sign/rejected': rejected,
  'gate/read': { body: GateRead, sentBy: 'device', retained: false },
  'gate/command': { body: GateCommand, sentBy: 'gateway', retained: false },
  'bay/occupancy': { body: BayOccupancy, sentBy: 'device', retained: false },
  'detector/flow': { body: DetectorFlow, sentBy: 'device', retained: false },
  'signal/state': { body: SignalState, sentBy: 'device', retained: false },
  'signal/events': { body: SignalEvents, sentBy: 'device', retained: false },
  'signal/request': { body: SignalRequest, sentBy: 'gateway', retained: false },
  'signal/response': { body: SignalResponse, sentBy: 'device', retained: false },
  'vehicle/position': { body: VehiclePosition, sentBy: 'device', retained: false },
  'vehicle/route': { body: VehicleRoute, sentBy: 'gateway', retained: false },
  'sign/message': { body: SignMessage, sentBy: 'gateway', retained: false },
} as const satisfies Record<string, Channel>

export type ChannelKey = keyof typeof channels

/** Undefined for a channel that the contract does not have. */
export const channelOf = (kind: DeviceKind, channel: string): Channel | undefined =>
  (channels as Record<string, Channel>)[`${kind}/${channel}`]

/** The channels of one kind of device, by name. */
export const channelsOf = (kind: DeviceKind, sentBy: Channel['sentBy']): string[] =>
  Object.entries(channels)
    .filter(([key, channel]) => key.startsWith(`${kind}/`) && channel.sentBy === sentBy)
    .map(([key]) => key.slice(kind.length + 1))

/** Payload limits of the contract, bytes. */
export const payloadLimit = {
  /** A larger message of a known device is acknowledged and kept in quarantine. */
  accepted: 16 * 1024,
  /** A larger message, or this much before sign-in, destroys the connection. */
  destroyed: 256 * 1024,
}
