import { type Deviations, dropping, saying, telling } from './deviation.ts'
import type { Outgoing } from './rig.ts'

/** A device for each clause that breaks it and nothing else. A deviation keeps its own state: one for every run. */
export const messageDeviations: Deviations = {
  birth: [
    [
      'publishes its birth without the retain flag',
      () => ({ up: (m) => [{ ...m, kept: m.kept && m.body.state !== 'online' }] }),
    ],
  ],
  'client-id': [['connects under a random client id', () => ({ connect: { clientId: 'mqttjs_81f2' } })]],
  'user-name': [['signs in as somebody else', () => ({ connect: { username: 'signals' } })]],
  protocol: [['speaks MQTT 5', () => ({ connect: { protocolVersion: 5 } })]],
  subscription: [
    ['subscribes with QoS 0', () => ({ subscription: { qos: 0 } })],
    ['listens to the whole city', () => ({ subscription: { topic: 'clearway/v1/#' } })],
  ],
  will: [['leaves no will', () => ({ connect: { will: undefined } })]],
  'own-topics': [
    [
      'publishes under another device',
      () => ({
        up: (m) => [m, ...(m.channel === 'state' ? [{ ...m, topic: 'clearway/v1/lixia/signal/other/state' }] : [])],
      }),
    ],
  ],
  acknowledgement: [['never acknowledges', () => ({ acknowledges: false })]],
  'own-channels': [
    [
      'has a channel of its own',
      () => ({ up: (m) => [m, ...(m.channel === 'status' ? [{ ...m, channel: 'diagnosis', kept: false }] : [])] }),
    ],
  ],
  retained: [['retains its states', () => ({ up: (m) => [{ ...m, kept: true }] })]],
  schema: [
    [
      'sends times without an offset',
      () => ({ up: saying('status', (b) => ({ ...b, at: String(b.at).replace('Z', '') })) }),
    ],
    ['sends a status that is not in the list', () => ({ up: telling('processing', 'working') })],
    ['pads its states above 16 KiB', () => ({ up: saying('state', (b) => ({ ...b, padding: 'x'.repeat(17_000) })) })],
  ],
  qos: [['sends its states with QoS 0', () => ({ up: (m) => [{ ...m, qos: m.channel === 'state' ? 0 : 1 }] })]],
  ids: [
    [
      'counts its ids to ten',
      () => {
        let count = 0
        return { up: saying('state', (b) => ({ ...b, id: `state-${count++ % 10}` })) }
      },
    ],
  ],
  clock: [
    [
      'has a clock one minute ahead for its answers',
      () => ({
        up: saying('response', (b, { clock }) => ({ ...b, at: new Date(clock.now() + 60_000).toISOString() })),
      }),
    ],
  ],
  sequence: [
    [
      'leaves out numbers',
      () => ({
        up: (m) => [m.channel === 'events' ? { ...m, body: { ...m.body, sequence: Number(m.body.sequence) * 2 } } : m],
      }),
    ],
  ],
  events: [
    [
      'logs groups that the table does not have',
      () => ({
        up: saying('events', (b) => ({
          ...b,
          events: (b.events as { code: number }[]).map((e) => (e.code === 1 ? { ...e, parameter: 200 } : e)),
        })),
      }),
    ],
    [
      'logs backwards',
      () => ({ up: saying('events', (b) => ({ ...b, events: [...(b.events as unknown[])].reverse() })) }),
    ],
  ],
  'state-period': [
    [
      'reports only changes',
      () => {
        let last = ''
        return {
          up: dropping(({ channel, body: { mode, stage, groups, greenFlash } }) => {
            const picture = JSON.stringify([mode, stage, groups, greenFlash])
            const same = channel === 'state' && picture === last
            if (channel === 'state') last = picture
            return same
          }),
        }
      },
    ],
  ],
  'state-on-change': [
    [
      'reports every five seconds only',
      () => {
        let newest: Outgoing | undefined
        let lastMs = 0
        return {
          up: (message) => {
            if (message.channel !== 'state') return [message]
            newest = message
            return []
          },
          step: (device) => {
            if (!newest || device.clock.now() - lastMs < 5000) return
            lastMs = device.clock.now()
            const at = new Date(lastMs).toISOString()
            // Predictions made long ago are not the point here.
            const { timing, minEndAt, maxEndAt, ...body } = newest.body
            device.publish({ ...newest, body: { ...body, id: `state-${lastMs}`, at } })
          },
        }
      },
    ],
  ],
  'state-groups': [
    [
      'leaves a group out',
      () => ({
        up: saying('state', ({ timing, ...b }) => {
          const { 'p-n': _, ...groups } = b.groups as Record<string, string>
          return { ...b, groups }
        }),
      }),
    ],
    [
      'names a group that is not in the table',
      () => ({ up: saying('state', (b) => ({ ...b, groups: { ...(b.groups as object), x: 'dark' } })) }),
    ],
  ],
  'state-consistent': [
    [
      'flashes green for people',
      () => ({ up: saying('state', (b) => ({ ...b, greenFlash: [...((b.greenFlash as string[]) ?? []), 'p-n'] })) }),
    ],
    [
      'calls itself coordinated while it holds a green',
      () => ({
        up: saying('state', (b) => {
          const settled = Object.values(b.groups as object).every((state) => !state.endsWith('clearance'))
          return b.mode === 'preempted' && settled && !b.greenFlash ? { ...b, mode: 'coordinated' } : b
        }),
      }),
    ],
  ],
  'predicted-ends': [
    [
      'promises every end too late',
      () => ({
        up: saying('state', (b, { clock }) => ({
          ...b,
          timing: { 'v-n': { minEndAt: new Date(clock.now() + 30_000).toISOString() } },
        })),
      }),
    ],
    [
      'predicts the past',
      () => ({
        up: saying('state', (b, { clock }) => ({ ...b, minEndAt: new Date(clock.now() - 5000).toISOString() })),
      }),
    ],
  ],
}
