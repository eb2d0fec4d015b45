import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromTimestamp, ManualClock, type SignalEvents, toTimestamp } from '@clearway/contracts'
import fc from 'fast-check'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JournalEntry } from '../../src/ingest/entry.ts'
import { Journal } from '../../src/ingest/journal.ts'
import { ProjectionRunner } from '../../src/ingest/projections.ts'
import { Records } from '../../src/records/records.ts'
import { packEvents, unpackEvents } from '../../src/signals/event-codec.ts'
import { SignalEventLog, type Stretch } from '../../src/signals/event-log.ts'

const startMs = fromTimestamp('2026-11-23T08:00:00.000Z')
const metrics = new Registry()
let folder: string
let log: SignalEventLog

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clearway-events-'))
  metrics.clear()
  log = opened()
})
afterEach(() => {
  log.stop()
  rmSync(folder, { recursive: true, force: true })
})

function opened(registry = metrics): SignalEventLog {
  const made = new SignalEventLog(folder, (device) => device.replace('agent-', ''), registry)
  made.start()
  return made
}

let seq = 0
/** A message of `agent-j-1` that covers some seconds. */
function message(
  sinceS: number,
  untilS: number,
  events: [number, number, number][] = [],
  more: Partial<JournalEntry> = {},
) {
  const atMs = startMs + untilS * 1000
  const body: SignalEvents = {
    id: `m-${++seq}`,
    at: toTimestamp(atMs),
    since: toTimestamp(startMs + sinceS * 1000),
    events: events.map(([second, code, parameter]) => ({ at: toTimestamp(startMs + second * 1000), code, parameter })),
  }
  const entry: JournalEntry = {
    ...{ seq, receivedMs: atMs + 50, district: 'test', kind: 'signal', device: 'agent-j-1', channel: 'events' },
    ...{ id: body.id, atMs, body },
  }
  return { ...entry, ...more }
}

async function all(fromS = 0, toS = 100_000, junction = 'j-1', of = log): Promise<Stretch[]> {
  const stretches: Stretch[] = []
  for await (const stretch of of.read(junction, startMs + fromS * 1000, startMs + toS * 1000)) stretches.push(stretch)
  return stretches
}
const inSeconds = (stretches: Stretch[]) =>
  stretches.map(({ fromMs, toMs, events }) => [
    (fromMs - startMs) / 1000,
    (toMs - startMs) / 1000,
    events.map(({ atMs, code, parameter }) => [(atMs - startMs) / 1000, code, parameter]),
  ])
const counted = async (outcome: string) => {
  const values = (await metrics.getSingleMetric('clearway_signal_events_total')?.get())?.values ?? []
  return values.find(({ labels }) => labels.outcome === outcome)?.value
}

describe('the log of signal controllers', () => {
  it('gives back what was told, to the tenth of a second, in order, by junction', async () => {
    log.apply([
      message(10, 20, [[15.2, 8, 1]]),
      message(0, 10, [
        [0, 150, 1],
        [3.7, 1, 1],
        [10, 7, 1],
      ]),
      message(0, 10, [[2, 1, 2]], { device: 'agent-j-2' }),
    ])
    expect(inSeconds(await all())).toEqual([
      [
        0,
        10,
        [
          [0, 150, 1],
          [3.7, 1, 1],
          [10, 7, 1],
        ],
      ],
      [10, 20, [[15.2, 8, 1]]],
    ])
    expect(inSeconds(await all(0, 100, 'j-2'))).toEqual([[0, 10, [[2, 1, 2]]]])
    expect(await all(0, 100, 'j-3')).toEqual([])
  })

  it('reads a window with the stretches that reach into it, over many rows', async () => {
    log.apply(Array.from({ length: 1200 }, (_, k) => message(k * 10, k * 10 + 10, [[k * 10 + 1, 1, 1]])))
    expect(await all()).toHaveLength(1200)
    expect(inSeconds(await all(6005, 6025)).map(([from]) => from)).toEqual([6000, 6010, 6020])
  })

  it('keeps a message once, whatever is applied again after a crash between the two files', async () => {
    const entries = [message(0, 10, [[1, 1, 1]]), message(10, 20, [[11, 7, 1]])]
    log.apply(entries)
    log.stop()
    log = opened(new Registry())
    log.apply(entries)
    expect((await all()).map(({ events }) => events.length)).toEqual([1, 1])
  })

  it('refuses what lies outside its message, bounds what a message claims, and counts both', async () => {
    log.apply([
      message(0, 7200, [
        [1, 1, 1],
        [7000, 7, 1],
        [9000, 8, 1],
      ]),
    ])
    expect(inSeconds(await all(0, 10_000))).toEqual([[6600, 7200, [[7000, 7, 1]]]])
    expect([await counted('stored'), await counted('refused')]).toEqual([1, 2])
  })

  it('takes our time for that of a controller whose clock is far ahead, its own for news that is late', async () => {
    const receivedMs = startMs + 30_000
    log.apply([message(86_400, 86_410, [[86_405, 1, 1]], { receivedMs, skewed: true })])
    expect(inSeconds(await all())).toEqual([[20, 30, [[25, 1, 1]]]])
    expect(await counted('shifted')).toBe(1)
    log.apply([message(100, 110, [[105, 1, 1]], { receivedMs: startMs + 86_400_000, skewed: true })])
    expect(inSeconds(await all(60))).toEqual([[100, 110, [[105, 1, 1]]]])
  })

  it('drops what is older than it is to be kept', async () => {
    log.apply([message(0, 10), message(10, 20), message(20, 30)])
    expect(await log.dropBefore(startMs + 20_000)).toBe(2)
    expect(inSeconds(await all())).toEqual([[20, 30, []]])
  })

  it('names the file that cannot be used', () => {
    const broken = new SignalEventLog('/dev/null', (device) => device, new Registry())
    expect(() => broken.start()).toThrowError(expect.objectContaining({ code: 'signal-events-open' }))
  })

  it('follows the journal as a projection: each message once, over a restart', async () => {
    const journal = new Journal(folder)
    await journal.start()
    const append = (id: string, sinceS: number) =>
      new Promise<void>((resolve, reject) => {
        const { body, ...row } = message(sinceS, sinceS + 10, [[sinceS + 5, 1, 1]], { id })
        const stored = { ...row, id, skewed: 0 as const, body: JSON.stringify(body) }
        journal.append(stored, body, (error) => (error ? reject(error) : resolve()))
      })
    const records = Records.open(folder)
    const run = async () => {
      const runner = new ProjectionRunner(journal, records, new ManualClock(startMs), pino({ level: 'silent' }))
      runner.add(log)
      runner.start()
      await runner.settled()
      await runner.stop()
    }
    await append('a', 0)
    await run()
    await append('a', 0)
    await append('b', 10)
    await run()
    // The records are put back to an older state: the cursor goes back, the log does not grow.
    records.db.exec("update projection_cursors set seq = 0 where name = 'signal-events'")
    await run()
    expect((await all()).map(({ fromMs }) => (fromMs - startMs) / 1000)).toEqual([0, 10])
    records.close()
    await journal.stop()
  })
})

it('packed events are the events', () => {
  const events = fc.array(
    fc.record({ atMs: fc.integer({ min: 0, max: 6000 }), code: fc.nat(255), parameter: fc.nat(255) }),
    { maxLength: 120 },
  )
  fc.assert(
    fc.property(events, (drawn) => {
      const told = drawn
        .map((event) => ({ ...event, atMs: startMs + event.atMs * 100 }))
        .sort((a, b) => a.atMs - b.atMs)
      expect(unpackEvents(startMs, packEvents(startMs, told))).toEqual(told)
    }),
    { numRuns: 200 },
  )
})
