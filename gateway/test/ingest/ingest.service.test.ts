import { type DeviceStatus, ManualClock, toTimestamp } from '@clearway/contracts'
import type { MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JournalEntry } from '../../src/ingest/entry.ts'
import { occupancy, SmallCity, status, until } from './small-city.ts'

const bay = 'clearway/v1/test/bay/bay-1'

describe('ingest over a real broker', () => {
  let city: SmallCity
  beforeEach(async () => {
    city = new SmallCity()
    await city.start()
  })
  afterEach(() => city.stop())

  /** Collects what arrives at the device on a channel. */
  async function inbox(client: MqttClient, filter: string): Promise<Record<string, unknown>[]> {
    const received: Record<string, unknown>[] = []
    client.on('message', (_topic, payload) => received.push(JSON.parse(payload.toString())))
    await client.subscribeAsync(filter, { qos: 1 })
    return received
  }

  it('hands an acknowledged message to the live feed and keeps it in the journal', async () => {
    const heard: JournalEntry[] = []
    city.ingest.feed.on('bay/occupancy', (entry) => heard.push(entry))
    const client = await city.connect('bay-1')
    await client.publishAsync(`${bay}/occupancy`, occupancy('m-1'), { qos: 1 })
    expect(heard).toMatchObject([{ device: 'bay-1', id: 'm-1', body: { occupied: true } }])
    expect(city.ingest.journal.read(0, ['bay/occupancy'], 10).entries).toEqual(heard)
    expect(city.ingest.feed.latest('bay/occupancy')).toEqual(heard)
  })

  it('acknowledges a repeated message and applies it once', async () => {
    const client = await city.connect('bay-1')
    for (let i = 0; i < 3; i++) await client.publishAsync(`${bay}/occupancy`, occupancy('m-1'), { qos: 1 })
    expect(city.ingest.journal.read(0, ['bay/occupancy'], 10).entries).toHaveLength(1)
    expect(await city.count('clearway_ingest_messages_total', 'duplicate')).toBe(2)
  })

  it.each([
    ['not JSON', 'occupancy', '{"id":', 'malformed-json', null],
    ['not UTF-8', 'occupancy', Buffer.from([0xff, 0xfe]), 'malformed-json', null],
    ['nested too deep', 'occupancy', '['.repeat(5_000), 'malformed-json', null],
    ['a wrong field', 'occupancy', '{"id":"m-1","at":"2026-11-23T08:00:00.000Z","occupied":3}', 'schema', 'm-1'],
    [
      'a day that does not exist',
      'occupancy',
      '{"id":"m-1","at":"2026-02-31T08:00:00.000Z","occupied":true}',
      'clock',
      'm-1',
    ],
    ['an unknown channel', 'weather', '{"id":"m-1"}', 'unknown-channel', 'm-1'],
    ['too large', 'occupancy', JSON.stringify({ id: 'm-1', text: 'x'.repeat(20_000) }), 'too-large', null],
  ])(
    'acknowledges, quarantines and answers a message that is %s, then goes on',
    async (_what, channel, payload, reason, id) => {
      const client = await city.connect('bay-1')
      const answers = await inbox(client, `${bay}/rejected`)
      await client.publishAsync(`${bay}/${channel}`, payload, { qos: 1, retain: true })
      await client.publishAsync(`${bay}/occupancy`, occupancy('m-2'), { qos: 1 })
      await until(() => answers.length > 0)
      expect(answers).toMatchObject([{ id, channel, reason }])
      expect(city.ingest.journal.quarantineRows(10)).toMatchObject([{ device: 'bay-1', reason, id, times: 1 }])
      expect(city.ingest.journal.read(0, ['bay/occupancy'], 10).entries).toMatchObject([{ id: 'm-2' }])
      const retained = await inbox(client, `${bay}/${channel}`)
      await client.publishAsync(`${bay}/occupancy`, occupancy('m-3'), { qos: 1 })
      expect(retained.filter((message) => message.id === 'm-1')).toEqual([])
    },
  )

  it('names the field and the value in its answer', async () => {
    const client = await city.connect('bay-1')
    const answers = await inbox(client, `${bay}/rejected`)
    await client.publishAsync(`${bay}/occupancy`, '{"id":"m-1","at":"2026-11-23T08:00:00.000Z","occupied":3}', {
      qos: 1,
    })
    await until(() => answers.length > 0)
    expect(answers[0]?.detail).toBe('occupied must be boolean, got 3')
  })

  it.each([
    ['schema', { plate: '鲁A12345'.repeat(3) }, ['plate']],
    ['malformed-json', undefined, undefined],
  ])('logs a rejected read (%s) without its plate', async (reason, change, fields) => {
    const client = await city.connect('gate-1')
    const whole = { id: 'r-1', at: '2026-11-23T08:00:00.000Z', direction: 'in', plateColour: 'blue', confidence: 1 }
    const payload = change
      ? JSON.stringify({ ...whole, vehicleClass: 'small', ...change })
      : '{"id":"r-1","plate":"鲁A12345}'
    await client.publishAsync('clearway/v1/test/gate/gate-1/read', payload, { qos: 1 })
    const line = city.log.find((text) => text.includes('message-rejected')) ?? '{}'
    expect(JSON.parse(line)).toMatchObject({ device: 'gate-1', channel: 'read', reason, ...(fields && { fields }) })
    expect(line).not.toContain('鲁A')
    expect(city.ingest.journal.quarantineRows(1)[0]?.detail).toContain(fields ? '鲁A' : 'JSON')
  })

  it('keeps messages of a device with a wrong clock, marked', async () => {
    const client = await city.connect('bay-1')
    const body = { id: 'm-1', at: '2031-01-01T00:00:00.000Z', occupied: true }
    await client.publishAsync(`${bay}/occupancy`, JSON.stringify(body), { qos: 1 })
    expect(city.ingest.feed.latest('bay/occupancy')).toMatchObject([{ id: 'm-1', skewed: true }])
    expect(await city.count('clearway_ingest_clock_skew_total', '10min')).toBe(1)
  })

  it('sends down what the contract allows and refuses the rest by name', async () => {
    const client = await city.connect('sign-1')
    const shown = await inbox(client, 'clearway/v1/test/sign/sign-1/message')
    const { downlink } = city.ingest
    await downlink.send('sign-1', 'message', { text: { en: 'Lot full' }, until: '2026-11-23T09:00:00.000Z' })
    await until(() => shown.length > 0)
    expect(shown).toMatchObject([{ text: { en: 'Lot full' }, id: expect.any(String), at: expect.any(String) }])
    await expect(downlink.send('sign-9', 'message', {})).rejects.toThrow('there is no device "sign-9"')
    await expect(downlink.send('sign-1', 'message', { text: 'Lot full' })).rejects.toThrow('sign/message to sign-1: ')
    await expect(downlink.send('sign-1', 'status', {})).rejects.toThrow('"status" of a sign is sent by the device')
  })

  it('lets features send before it listens, as to a device that is away', async () => {
    const early = new SmallCity()
    await early.ingest.open()
    const soon = toTimestamp(Date.now() + 60_000)
    const sent = early.ingest.downlink.send('sign-1', 'message', { text: { en: 'Full' }, until: soon })
    await expect(sent).resolves.toBeUndefined()
    await early.ingest.start()
    await early.connect('sign-1')
    await early.stop()
  })

  it('says offline when the will of a broken connection arrives, and keeps it as the last value', async () => {
    const will = {
      topic: `${bay}/status`,
      payload: Buffer.from(status('w-1', 'offline', 'b-1')),
      qos: 1,
      retain: true,
    } as const
    const client = await city.connect('bay-1', { will })
    expect(city.ingest.presence.of('bay-2')).toEqual({ state: 'never-seen' })
    await client.publishAsync(`${bay}/status`, status('s-1', 'online', 'b-1'), { qos: 1, retain: true })
    expect(city.ingest.presence.of('bay-1').state).toBe('online')
    client.stream.destroy()
    await until(() =>
      city.ingest.feed.latest('bay/status').some(({ body }) => (body as { state: string }).state === 'offline'),
    )
    expect(city.ingest.presence.of('bay-1').state).toBe('offline')
    const again = await city.connect('bay-1')
    const seen = await inbox(again, `${bay}/#`)
    await until(() => seen.length > 0)
    expect(seen).toMatchObject([{ state: 'offline', bootId: 'b-1' }])
  })

  it('ignores the will of an earlier boot', async () => {
    const will = {
      topic: `${bay}/status`,
      payload: Buffer.from(status('w-1', 'offline', 'b-1')),
      qos: 1,
      retain: true,
    } as const
    const old = await city.connect('bay-1', { will, clientId: 'bay-1-old' })
    await old.publishAsync(`${bay}/status`, status('s-1', 'online', 'b-1'), { qos: 1, retain: true })
    const young = await city.connect('bay-1', { clientId: 'bay-1-new' })
    await young.publishAsync(`${bay}/status`, status('s-2', 'online', 'b-2'), { qos: 1, retain: true })
    old.stream.destroy()
    await until(async () => (await city.count('clearway_ingest_messages_total', 'stale-will')) === 1)
    expect(city.ingest.feed.latest('bay/status')).toMatchObject([{ body: { state: 'online', bootId: 'b-2' } }])
    expect(city.ingest.presence.of('bay-1').state).toBe('online')
  })

  it('gives the last status again after a restart', async () => {
    const client = await city.connect('bay-1')
    await client.publishAsync(`${bay}/status`, status('s-1', 'online', 'b-1'), { qos: 1, retain: true })
    await client.publishAsync(`${bay}/occupancy`, occupancy('m-1'), { qos: 1, retain: true })
    await city.stop(true)
    city = new SmallCity(city.devices, {}, city.dataDir)
    await city.start()
    expect(city.ingest.presence.of('bay-1')).toEqual({ state: 'offline', lastSeenMs: expect.any(Number) })
    const again = await city.connect('bay-1')
    const seen = await inbox(again, `${bay}/+`)
    await until(() => seen.length > 0)
    expect(seen).toMatchObject([{ state: 'online', bootId: 'b-1', id: 's-1' }])
  })

  it('declares a device offline that does not come back after a restart, and only such a one', async () => {
    for (const id of ['bay-1', 'bay-2']) {
      const client = await city.connect(id)
      await client.publishAsync(`clearway/v1/test/bay/${id}/status`, status('s-1', 'online', 'b-1'), { qos: 1 })
    }
    await city.stop(true)
    const clock = new ManualClock(Date.now() + 1_000)
    city = new SmallCity(city.devices, {}, city.dataDir, clock)
    await city.start()
    await city.connect('bay-2')
    await clock.advance(60)
    const states = () => city.ingest.feed.latest('bay/status').map(({ body }) => (body as DeviceStatus).state)
    expect(states()).toEqual(['online', 'online'])
    await clock.advance(120)
    await until(() => states()[0] === 'offline')
    expect(states()).toEqual(['offline', 'online'])
  })
})
