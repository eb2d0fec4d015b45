import { ManualClock, type StreamEvent } from '@clearway/contracts'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/http/route.ts'
import { LiveStream } from '../../src/stream/live-stream.ts'
import type { StreamReader } from '../../src/stream/reader.ts'

const actor = (id: string, expiresMs = Number.MAX_SAFE_INTEGER): Actor => ({
  name: 'li-na',
  roles: ['dispatcher'],
  session: { id, expiresMs },
})

let clock: ManualClock
let stream: LiveStream
beforeEach(() => {
  clock = new ManualClock(0)
  stream = new LiveStream(clock, { streams: 5, streamsPerSession: 3 })
  stream.provide('lots', () => [{ id: 'p-1', vacant: 10 } as { id: string }])
})

interface Received extends StreamEvent {
  eventId?: string
}

/** Everything that has arrived by now. */
function read(reader: StreamReader): Received[] {
  const chunks: string[] = []
  for (let chunk = reader.read(); chunk !== null; chunk = reader.read()) chunks.push(String(chunk))
  return chunks
    .join('')
    .split('\n\n')
    .filter((frame) => frame.includes('data: '))
    .map((frame) => {
      const eventId = /^id: (.+)$/m.exec(frame)?.[1]
      return { ...JSON.parse(/^data: (.+)$/m.exec(frame)?.[1] as string), ...(eventId ? { eventId } : {}) }
    })
}

/** A reader that has read its snapshot and waits for more. */
async function opened(topics: Parameters<LiveStream['open']>[0] = ['lots']) {
  const reader = stream.open(topics, actor('s-1'))
  read(reader)
  await clock.advance(0)
  return reader
}

describe('a reader', () => {
  it('sees a snapshot first, then what changes', async () => {
    const reader = stream.open(['lots'], actor('s-1'))
    expect(read(reader)).toMatchObject([{ topic: 'lots', kind: 'snapshot', items: [{ id: 'p-1', vacant: 10 }] }])
    stream.publish('lots', [{ id: 'p-1', vacant: 9 } as { id: string }])
    await clock.advance(0.1)
    expect(read(reader)).toMatchObject([{ topic: 'lots', kind: 'delta', items: [{ id: 'p-1', vacant: 9 }] }])
  })

  it('sees only the topics that it asked for', async () => {
    const reader = await opened(['lots'])
    stream.publish('signals', [{ id: 'j-1' }])
    stream.publish('lots', [{ id: 'p-2' }])
    await clock.advance(0.1)
    expect(read(reader).map(({ topic }) => topic)).toEqual(['lots'])
  })

  it('gets one event per topic for all that changed within a moment', async () => {
    const reader = await opened(['lots', 'signals'])
    for (let i = 0; i < 50; i++) stream.publish('lots', [{ id: `p-${i}` }])
    stream.publish('signals', [{ id: 'j-1' }])
    await clock.advance(0.1)
    expect(read(reader).map(({ topic, items }) => [topic, items.length])).toEqual([
      ['lots', 50],
      ['signals', 1],
    ])
  })

  it('that does not read costs the newest value per id, however long', async () => {
    const reader = stream.open(['lots'], actor('s-1'))
    const wide = 'x'.repeat(1000)
    for (let round = 0; round < 300; round++) {
      for (let i = 0; i < 20; i++) stream.publish('lots', [{ id: `p-${i}`, round, wide } as { id: string }])
      await clock.advance(0.2)
    }
    expect(reader.readableLength).toBeLessThan(100_000)
    const last = new Map<string, number>()
    for (let looks = 0; looks < 5; looks++) {
      for (const { items } of read(reader)) {
        for (const item of items) last.set(item.id, (item as unknown as { round: number }).round)
      }
      await clock.advance(0.2)
    }
    for (let i = 0; i < 20; i++) expect(last.get(`p-${i}`)).toBe(299)
  })

  it('that stalls does not keep another from its events', async () => {
    stream.open(['lots'], actor('s-stalled'))
    const reader = await opened()
    for (let round = 0; round < 100; round++) {
      stream.publish('lots', [{ id: 'p-1', round } as { id: string }])
      await clock.advance(0.1)
      expect(read(reader)).toMatchObject([{ items: [{ id: 'p-1', round }] }])
    }
  })

  it('resumes after the last event that it saw, with what changed since', async () => {
    const reader = await opened()
    stream.publish('lots', [{ id: 'p-1' }, { id: 'p-2' }])
    await clock.advance(0.1)
    const seen = read(reader).at(-1)?.eventId
    reader.end()
    stream.publish('lots', [{ id: 'p-2', vacant: 1 } as { id: string }, { id: 'p-3' }])
    const again = stream.open(['lots'], actor('s-1'), seen)
    again.read()
    await clock.advance(0.1)
    expect(read(again)).toMatchObject([{ kind: 'delta', items: [{ id: 'p-2', vacant: 1 }, { id: 'p-3' }] }])
  })

  it('that was away for longer than changes are held gets a snapshot', async () => {
    const reader = await opened()
    stream.publish('lots', [{ id: 'p-1' }])
    await clock.advance(0.1)
    const seen = read(reader).at(-1)?.eventId
    reader.end()
    stream.publish('lots', [{ id: 'p-2' }])
    await clock.advance(600)
    stream.publish('lots', [{ id: 'p-3' }])
    expect(read(stream.open(['lots'], actor('s-1'), seen))).toMatchObject([{ kind: 'snapshot' }])
  })

  it.each(['0123456789ab-5', 'nonsense', ''])('with the foreign event id "%s" gets a snapshot', (eventId) => {
    expect(read(stream.open(['lots'], actor('s-1'), eventId))).toMatchObject([{ kind: 'snapshot' }])
  })

  it('carries the id of an event only when everything up to it has been sent', async () => {
    stream.provide('signals', () => [])
    const events = read(stream.open(['lots', 'signals'], actor('s-1')))
    expect(events.map(({ eventId }) => eventId !== undefined)).toEqual([false, true])
  })

  it('is kept alive by comments', async () => {
    const reader = await opened()
    reader.read()
    stream.beat()
    expect(String(reader.read())).toBe(':\n\n')
  })

  it('ends with its sign-in, whether signed out or expired', async () => {
    const out = stream.open(['lots'], actor('s-out'))
    const expiring = stream.open(['lots'], actor('s-expiring', 30_000))
    const staying = stream.open(['lots'], actor('s-staying'))
    stream.endSession('s-out')
    await clock.advance(30)
    stream.beat()
    for (const reader of [out, expiring, staying]) read(reader)
    await new Promise((resolve) => setImmediate(resolve))
    expect([out, expiring, staying].map(({ readableEnded }) => readableEnded)).toEqual([true, true, false])
    expect(stream.readerCount).toBe(1)
  })

  it('that has gone is forgotten', async () => {
    const reader = await opened()
    reader.destroy()
    await new Promise((resolve) => setImmediate(resolve))
    expect(stream.readerCount).toBe(0)
    stream.publish('lots', [{ id: 'p-1' }])
    await clock.advance(1)
  })
})

describe('the number of readers', () => {
  it('is bounded for one sign-in and for all', () => {
    const full = expect.objectContaining({ code: 'streams-open' })
    for (let i = 0; i < 3; i++) stream.open(['lots'], actor('s-1'))
    expect(() => stream.open(['lots'], actor('s-1'))).toThrowError(full)
    for (let i = 0; i < 2; i++) stream.open(['lots'], actor('s-2'))
    expect(() => stream.open(['lots'], actor('s-3'))).toThrowError(full)
  })
})
