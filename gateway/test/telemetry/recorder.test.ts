import { ManualClock, WorldError } from '@clearway/contracts'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Records } from '../../src/records/records.ts'
import { emptySums } from '../../src/telemetry/quarter-sums.ts'
import { Recorder } from '../../src/telemetry/recorder.ts'
import { RecordsOutbox } from '../../src/telemetry/series-outbox.ts'
import type { Point, TelemetryStore } from '../../src/telemetry/store.ts'
import { mondayMs, occupied } from './telemetry-store-suite.ts'

/** Takes points, or fails while it is told to. */
class FailingStore implements TelemetryStore {
  readonly written: Point[] = []
  failures = 0
  async start() {}
  async stop() {}
  async write(points: readonly Point[]) {
    if (this.failures-- > 0) throw new WorldError('test', 'the server is away')
    this.written.push(...points)
  }
  async range() {
    return []
  }
  async means() {
    return []
  }
  async quarters(_: unknown, fromMs: number, toMs: number) {
    return emptySums(fromMs, toMs)
  }
}

describe('recorder', () => {
  let records: Records
  let outbox: RecordsOutbox
  let store: FailingStore
  let clock: ManualClock
  let recorder: Recorder
  beforeEach(() => {
    records = Records.open(':memory:')
    outbox = new RecordsOutbox(records)
    store = new FailingStore()
    clock = new ManualClock(mondayMs)
    recorder = new Recorder(outbox, store, clock, pino({ level: 'silent' }))
  })
  afterEach(async () => {
    await recorder.stop()
    records.close()
  })

  const points = Array.from({ length: 2_500 }, (_, i) => occupied('p-1', mondayMs + i, i))

  it('carries everything that was appended, in order, and empties the outbox', async () => {
    outbox.append(points.slice(0, 2_400))
    recorder.start()
    await recorder.settled()
    outbox.append(points.slice(2_400))
    await recorder.settled()
    expect(store.written).toEqual(points)
    expect(outbox.size).toBe(0)
  })

  it('keeps points while the store fails and tries again later', async () => {
    store.failures = 2
    outbox.append(points)
    recorder.start()
    await new Promise((resolve) => setImmediate(resolve))
    expect(outbox.size).toBe(points.length)
    await clock.advance(3)
    await recorder.settled()
    expect(store.written).toEqual(points)
  })

  it('leaves nothing of a transaction that was rolled back', async () => {
    recorder.start()
    const broken = () =>
      records.transaction(() => {
        outbox.append(points)
        throw new Error('changed my mind')
      })
    expect(broken).toThrow('changed my mind')
    await recorder.settled()
    expect(store.written).toEqual([])
  })

  it('refuses a point that would block all that come after it', () => {
    expect(() => outbox.append([occupied('p-1', Number.NaN, 1)])).toThrow('atMs must be whole milliseconds')
    expect(outbox.size).toBe(0)
  })
})
