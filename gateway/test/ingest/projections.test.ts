import { rmSync } from 'node:fs'
import { ManualClock } from '@clearway/contracts'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Projection } from '../../src/ingest/entry.ts'
import { Journal } from '../../src/ingest/journal.ts'
import { ProjectionRunner } from '../../src/ingest/projections.ts'
import { Records } from '../../src/records/records.ts'
import { temporaryFolder } from './small-city.ts'

const log = pino({ level: 'silent' })

describe('projections', () => {
  let dataDir: string
  let journal: Journal
  let records: Records
  let clock: ManualClock
  beforeEach(async () => {
    dataDir = temporaryFolder()
    journal = new Journal(dataDir)
    await journal.start()
    records = Records.open(dataDir)
    records.define('create table seen (projection text, id text)')
    clock = new ManualClock(0)
  })
  afterEach(async () => {
    await journal.stop()
    records.close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const append = (id: string, channel = 'occupancy'): Promise<void> =>
    new Promise((resolve, reject) => {
      const entry = { receivedMs: 0, district: 'test', kind: 'bay', device: 'a', channel, id, atMs: 0, skewed: 0 }
      journal.append({ ...entry, body: '{}' }, {}, (error) => (error ? reject(error) : resolve()))
    })

  /** Writes down what it is given; fails on the ids named. */
  const recorder = (name: string, channels: string[], poison = new Set<string>()): Projection => ({
    name,
    channels,
    apply(entries) {
      for (const { id } of entries) {
        records.db.prepare('insert into seen values (?, ?)').run(name, id)
        if (poison.has(id)) throw new Error(`cannot take ${id}`)
      }
    },
  })
  const seen = (name: string) =>
    records.db
      .prepare('select id from seen where projection = ? order by rowid')
      .all(name)
      .map(({ id }) => id)

  function runner(...projections: Projection[]): ProjectionRunner {
    const made = new ProjectionRunner(journal, records, clock, log)
    for (const projection of projections) made.add(projection)
    return made
  }

  it('catch up on start, follow commits, and go on after a restart where they were', async () => {
    const bays = recorder('bays', ['bay/occupancy'])
    await append('1')
    const first = runner(bays)
    first.start()
    expect(seen('bays')).toEqual(['1'])
    await append('2')
    await append('s', 'status')
    await first.settled()
    await first.stop()
    await append('3')
    const second = runner(bays, recorder('late', ['bay/status', 'bay/occupancy']))
    second.start()
    expect(seen('bays')).toEqual(['1', '2', '3'])
    expect(seen('late')).toEqual(['1', '2', 's', '3'])
    await second.stop()
  })

  it('that throw keep nothing of the failed attempt, hold up nobody, and come through when they can', async () => {
    const poison = new Set(['3'])
    const both = runner(recorder('weak', ['bay/occupancy'], poison), recorder('strong', ['bay/occupancy']))
    both.start()
    for (const id of ['1', '2', '3', '4']) await append(id)
    await both.settled()
    expect(seen('strong')).toEqual(['1', '2', '3', '4'])
    for (let attempts = 0; attempts < 4; attempts++) {
      await clock.advance(60)
      await both.settled()
    }
    expect(seen('weak')).toEqual(['1', '2'])
    expect(both.lag()).toEqual(
      new Map([
        ['weak', 2],
        ['strong', 0],
      ]),
    )
    expect(both.slowestSeq).toBe(2)
    poison.clear()
    await clock.advance(60)
    await both.settled()
    expect(seen('weak')).toEqual(['1', '2', '3', '4'])
    await both.stop()
  })

  it('may not share a name', () => {
    expect(() => runner(recorder('a', []), recorder('a', []))).toThrow('two projections are named "a"')
  })
})
