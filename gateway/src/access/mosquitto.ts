import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { channelsOf, type Device, deviceKinds, devicePrefix, formatTopic } from '@clearway/contracts'
import { connectionName } from '../broker/external-broker.ts'

/** mosquitto_passwd's own count. A stretched hash protects guessable passwords; a token has 256 random bits. */
const iterations = 101

/** One user's line value in a Mosquitto password file: `$7$`, PBKDF2 with SHA-512, salt and key in base64. */
export function mosquittoHash(secret: string): string {
  const salt = randomBytes(12)
  const key = pbkdf2Sync(secret, salt, iterations, 64, 'sha512')
  return `$7$${iterations}$${salt.toString('base64')}$${key.toString('base64')}`
}

/** A device that may sign in at the broker. */
export interface MosquittoDevice {
  device: Pick<Device, 'id' | 'kind' | 'district'>
  hash: string
}

/** The contents of Mosquitto's `password_file` and `acl_file`. */
export interface MosquittoFiles {
  passwords: string
  acl: string
}

/**
 * Who may sign in, and what each may do: a device writes the channels that it sends and reads those that it receives,
 * under its own four levels; each connection of the gateway the other way round, for its kind. All else is denied.
 *
 * @param gateway as in `mqtt.broker`
 */
export function mosquittoFiles(
  devices: readonly MosquittoDevice[],
  gateway: { user: string; password: string },
): MosquittoFiles {
  const passwords: string[] = []
  const acl: string[] = []
  for (const kind of deviceKinds) {
    const name = connectionName(gateway.user, kind)
    const every = (channel: string) => formatTopic({ district: '+', kind, device: '+', channel })
    passwords.push(`${name}:${mosquittoHash(gateway.password)}`)
    acl.push(
      `user ${name}`,
      ...channelsOf(kind, 'device').map((channel) => `topic read ${every(channel)}`),
      ...channelsOf(kind, 'gateway').map((channel) => `topic write ${every(channel)}`),
    )
  }
  for (const { device, hash } of devices) {
    const { id, kind, district } = device
    const prefix = devicePrefix({ district, kind, device: id })
    passwords.push(`${id}:${hash}`)
    acl.push(
      `user ${id}`,
      ...channelsOf(kind, 'device').map((channel) => `topic write ${prefix}${channel}`),
      ...channelsOf(kind, 'gateway').map((channel) => `topic read ${prefix}${channel}`),
    )
  }
  return { passwords: `${passwords.join('\n')}\n`, acl: `${acl.join('\n')}\n` }
}
