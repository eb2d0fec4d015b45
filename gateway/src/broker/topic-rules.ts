import { channelOf, type Device, devicePrefix, type Topic } from '@clearway/contracts'

/** Why a topic is closed to a device. */
export interface Breach {
  allowed: false
  why: string
}

const prefixOf = (device: Device): string =>
  devicePrefix({ district: device.district, kind: device.kind, device: device.id })

/**
 * A device publishes under its own four levels only, and never what the gateway sends. A channel that the contract
 * does not have is no breach when it lies under these levels: the message goes to quarantine.
 */
export function mayPublish(device: Device, topic: string): { allowed: true; topic: Topic } | Breach {
  const prefix = prefixOf(device)
  if (!topic.startsWith(prefix)) return { allowed: false, why: `is not under ${prefix}` }
  const channel = topic.slice(prefix.length)
  if (channelOf(device.kind, channel)?.sentBy === 'gateway') {
    return { allowed: false, why: 'is sent by the gateway only' }
  }
  return { allowed: true, topic: { district: device.district, kind: device.kind, device: device.id, channel } }
}

/** Filters stay under the device's own levels; below them wildcards are free. */
export function maySubscribe(device: Device, filter: string): { allowed: true } | Breach {
  const prefix = prefixOf(device)
  return filter.startsWith(prefix) ? { allowed: true } : { allowed: false, why: `is not under ${prefix}` }
}

/** The last gate before a message leaves: whatever was subscribed, only its own levels reach a device. */
export const mayReceive = (device: Device, topic: string): boolean => topic.startsWith(prefixOf(device))
