import { InputError } from './errors.ts'

export const deviceKinds = ['gate', 'bay', 'detector', 'signal', 'vehicle', 'sign'] as const
export type DeviceKind = (typeof deviceKinds)[number]

/** `clearway/v1/{district}/{kind}/{device}/{channel}` taken apart. */
export interface Topic {
  district: string
  kind: DeviceKind
  device: string
  channel: string
}

const prefix = 'clearway/v1/'
const name = /^[a-z0-9][a-z0-9-]{0,62}$/

export const formatTopic = ({ district, kind, device, channel }: Topic): string =>
  `${prefix}${district}/${kind}/${device}/${channel}`

/** The four levels a device owns, without the channel and with the closing slash. */
export const devicePrefix = ({ district, kind, device }: Omit<Topic, 'channel'>): string =>
  `${prefix}${district}/${kind}/${device}/`

/** @throws InputError `topic-malformed` naming the level that does not match */
export function parseTopic(text: string): Topic {
  const levels = text.split('/')
  if (levels.length !== 6 || !text.startsWith(prefix)) {
    throw new InputError(
      'topic-malformed',
      `topic "${text}" must be clearway/v1/{district}/{kind}/{device}/{channel}`,
      [{ field: 'topic', message: `has ${levels.length} levels, needs 6 beginning with clearway/v1` }],
    )
  }
  const [, , district, kind, device, channel] = levels as [string, string, string, string, string, string]
  for (const [field, value] of Object.entries({ district, device, channel })) {
    if (!name.test(value)) {
      throw new InputError('topic-malformed', `${field} "${value}" in topic must match [a-z0-9][a-z0-9-]{0,62}`, [
        { field, message: `"${value}" does not match [a-z0-9][a-z0-9-]{0,62}` },
      ])
    }
  }
  if (!(deviceKinds as readonly string[]).includes(kind)) {
    throw new InputError('topic-malformed', `kind "${kind}" in topic must be one of ${deviceKinds.join(', ')}`, [
      { field: 'kind', message: `"${kind}" is not one of ${deviceKinds.join(', ')}` },
    ])
  }
  return { district, kind: kind as DeviceKind, device, channel }
}
