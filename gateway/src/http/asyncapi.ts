import { channels, deviceKinds, payloadLimit } from '@clearway/contracts'
import { components, namedSchemas, referring } from './openapi.ts'

type Json = Record<string, unknown>

const level = { description: 'lower-case letters, digits and hyphens, at most 63' }

/** AsyncAPI 3 of the MQTT side, made from the map of channels that routes and checks the messages. */
export function asyncApi(version: string): Json {
  const names = namedSchemas()
  const used = new Set<string>()
  const entries = Object.entries(channels).map(([key, channel]) => {
    const [kind, name] = key.split('/') as [string, string]
    return { key, id: key.replace('/', '-'), kind, name, ...channel }
  })
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Clearway devices',
      version,
      description: `MQTT 3.1.1, QoS 1, UTF-8 JSON of at most ${payloadLimit.accepted} bytes. PUBACK means: on stable storage. User name: device id; password: its token.`,
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(
      entries.map(({ id, kind, name, body, retained }) => [
        id,
        {
          address: `clearway/v1/{district}/${kind}/{device}/${name}`,
          parameters: { district: level, device: level },
          messages: { [id]: { name: id, payload: referring(body, names, used) } },
          ...(retained ? { description: 'retained' } : {}),
        },
      ]),
    ),
    operations: Object.fromEntries(
      entries.map(({ id, key, sentBy }) => [
        `${sentBy === 'device' ? 'receive' : 'send'}-${id}`,
        {
          action: sentBy === 'device' ? 'receive' : 'send',
          summary: sentBy === 'device' ? `the gateway receives ${key}` : `the gateway sends ${key}`,
          channel: { $ref: `#/channels/${id}` },
          messages: [{ $ref: `#/channels/${id}/messages/${id}` }],
        },
      ]),
    ),
    components: { schemas: components(names, used) },
    'x-device-kinds': [...deviceKinds],
  }
}
