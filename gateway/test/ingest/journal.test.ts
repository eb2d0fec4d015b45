import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JournalEntry } from '../../src/ingest/entry.ts'
import { type EntryRow, Journal, type Outcome, type QuarantineRow } from '../../src/ingest/journal.ts'
import { temporaryFolder } from './small-city.ts'

const startMs = Date.UTC(2026, 10, 23)

const row = (device: string, id: string, more: Partial<EntryRow> = {}): EntryRow => ({
  ...{ receivedMs: startMs, district: 'test', kind: 'bay', device, channel: 'occupancy', id, atMs: startMs, skewed: 0 },
  body: JSON.stringify({ id, text: 'x'.repeat(50) }),
  ...more,
})

const bad = (device: string, digest: string): QuarantineRow => ({
  ...{ receivedMs: startMs, device, topic: 't', id: null, reason: 'schema', detail: 'd', digest },
  body: Buffer.from('?'),
})

describe('journal', () => {
  let dataDir: string
  let journal: Journal
  const failures: string[] = []
  const batches: number[] = []
  const open = async () => {
    journal = new Journal(
      dataDir,
      (reason) => failures.push(reason),
      (rows) => batches.push(rows),
    )
    await journal.start()
  }
  beforeEach(async () => {
    failures.length = 0
    batches.length = 0
    dataDir = temporaryFolder()
    await open()
  })
  afterEach(async () => {
    await journal.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const append = (entry: EntryRow): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      journal.append(entry, JSON.parse(entry.body), (error, outcome) => (error ? reject(error) : resolve(outcome)))
    })
  const quarantine = (entry: QuarantineRow): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      journal.quarantine(entry, (error, outcome) => (error ? reject(error) : resolve(outcome)))
    })
  const ids = (channel = 'bay/occupancy', afterSeq = 0) =>
    journal.read(afterSeq, [channel], 1_000_000).entries.map(({ device, id }) => `${device}/${id}`)

  it('calls back in the order of arrival, whatever becomes of each row', async () => {
    const order: string[] = []
    const all = [
      append(row('a', '1')).then((outcome) => order.push(`a1 ${outcome}`)),
      quarantine(bad('a', 'q')).then((outcome) => order.push(`q ${outcome}`)),
      append(row('a', '1')).then((outcome) => order.push(`a1 ${outcome}`)),
      append(row('b', '1')).then((outcome) => order.push(`b1 ${outcome}`)),
    ]
    await Promise.all(all)
    expect(order).toEqual(['a1 inserted', 'q quarantined', 'a1 duplicate', 'b1 inserted'])
  })

  it('commits everything that waits together, and a lone row at once', async () => {
    await append(row('a', 'first'))
    await Promise.all(Array.from({ length: 5_000 }, (_, i) => append(row('a', `${i}`))))
    expect(batches[0]).toBe(1)
    expect(batches.reduce((a, b) => a + b, 0)).toBe(5_001)
    expect(batches.length).toBeLessThan(10)
    expect(Math.max(...batches)).toBeLessThanOrEqual(2_000)
  })

  it('keeps each message once however often and in whatever order it comes, also over a restart', async () => {
    const message = fc.record({ device: fc.constantFrom('a', 'b'), id: fc.integer({ min: 0, max: 9 }).map(String) })
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 60 }), fc.nat(59), async (messages, cut) => {
        await journal.stop()
        rmSync(dataDir, { recursive: true, force: true })
        await open()
        const live: string[] = []
        const collect = (entries: readonly JournalEntry[]) => {
          for (const { device, id } of entries) live.push(`${device}/${id}`)
        }
        journal.onCommit(collect)
        await Promise.all(messages.slice(0, cut).map(({ device, id }) => append(row(device, id))))
        await journal.stop()
        await open()
        journal.onCommit(collect)
        await Promise.all(messages.slice(cut).map(({ device, id }) => append(row(device, id))))
        const first = [...new Set(messages.map(({ device, id }) => `${device}/${id}`))]
        expect(ids()).toEqual(first)
        expect(live).toEqual(first)
      }),
      { numRuns: 8 },
    )
  })

  it('reads the same from memory and from disk', async () => {
    const channels = ['occupancy', 'status']
    await Promise.all(
      Array.from({ length: 300 }, (_, i) => append(row('a', `${i}`, { channel: channels[i % 2] as string }))),
    )
    const read = () =>
      [0, 7, 150, 299, 300, 900].map((afterSeq) => {
        const { entries, upToSeq } = journal.read(afterSeq, ['bay/status'], 1_000)
        return { ids: entries, upToSeq }
      })
    const fromMemory = read()
    await journal.stop()
    await open()
    expect(read()).toEqual(fromMemory)
    expect(fromMemory[0]?.ids).toHaveLength(150)
  })

  it('keeps the newest value of each device on each channel', async () => {
    await Promise.all([append(row('a', '1')), append(row('b', '1')), append(row('a', '2'))])
    await append(row('a', '3', { channel: 'status' }))
    await append(row('a', '1'))
    expect(journal.latest('bay/occupancy').map(({ device, id }) => `${device}/${id}`)).toEqual(['a/2', 'b/1'])
    expect(journal.latest('bay/status').map(({ id }) => id)).toEqual(['3'])
  })

  it('acknowledges nothing while space lacks, still reads, and resumes by itself when space returns', async () => {
    await append(row('a', 'before'))
    await journal.limit(64 * 1024)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, i) => append(row('a', `${i}`, { body: `"${'x'.repeat(2_000)}"` }))),
    )
    const stored = outcomes.filter(({ status }) => status === 'fulfilled').length
    expect(stored).toBeLessThan(200)
    await expect(append(row('a', 'full', { body: `"${'x'.repeat(60_000)}"` }))).rejects.toThrow('nothing was stored')
    expect(failures.at(-1)).toMatch(/full/)
    expect(ids()).toHaveLength(1 + stored)
    await journal.limit(0)
    expect(await append(row('a', 'full'))).toBe('inserted')
    await journal.stop()
    await open()
    expect(ids()).toHaveLength(2 + stored)
    expect(ids().at(-1)).toBe('a/full')
  })

  it('finds the record in which a bit was flipped', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => append(row('a', `${i}`))))
    expect(journal.verify()).toEqual([])
    await journal.stop()
    const file = join(dataDir, 'journal.sqlite')
    const bytes = readFileSync(file)
    const at = bytes.indexOf('{"id":"7","text":"xxx')
    bytes[at + 20] = (bytes[at + 20] as number) ^ 1
    writeFileSync(file, bytes)
    await open()
    expect(journal.verify()).toEqual([{ seq: 8, device: 'a', id: '7' }])
  })

  it('opens a log that was cut anywhere and has lost no more than what stood behind the cut', async () => {
    for (let i = 0; i < 12; i++) await append(row('a', `${i}`))
    const wal = readFileSync(join(dataDir, 'journal.sqlite-wal'))
    const main = readFileSync(join(dataDir, 'journal.sqlite'))
    const all = ids()
    for (const share of [0, 0.31, 0.5, 0.77, 0.93, 0.999, 1]) {
      const cut = temporaryFolder()
      writeFileSync(join(cut, 'journal.sqlite'), main)
      writeFileSync(join(cut, 'journal.sqlite-wal'), wal.subarray(0, Math.floor(wal.length * share)))
      const opened = new Journal(cut)
      await opened.start()
      const left = opened.read(0, ['bay/occupancy'], 100).entries.map(({ device, id }) => `${device}/${id}`)
      expect(left).toEqual(all.slice(0, left.length))
      expect(opened.verify()).toEqual([])
      if (share === 0.999) expect(left).toHaveLength(11)
      if (share === 1) expect(left).toEqual(all)
      await opened.stop()
      rmSync(cut, { recursive: true })
    }
  })

  it('counts the same faulty message up instead of keeping it many times', async () => {
    for (let i = 0; i < 3; i++) await quarantine(bad('a', 'same'))
    await quarantine(bad('a', 'other'))
    expect(journal.quarantineRows(10).map(({ digest, times }) => [digest, times])).toEqual([
      ['other', 1],
      ['same', 3],
    ])
  })

  it('trims bodies below the slowest cursor only, and recognises a trimmed message that is sent again', async () => {
    for (let i = 0; i < 10; i++) await append(row('a', `${i}`, { receivedMs: startMs + i * 1_000 }))
    await journal.trim(8, startMs + 6_000, startMs + 2_000)
    await journal.stop()
    await open()
    expect(ids()).toEqual(['a/6', 'a/7', 'a/8', 'a/9'])
    expect(await append(row('a', '3'))).toBe('duplicate')
    expect(await append(row('a', '0'))).toBe('inserted')
    expect(journal.latest('bay/occupancy')).toMatchObject([{ id: '0' }])
    await journal.trim(8, startMs + 60_000, startMs + 60_000)
    expect(journal.verify()).toEqual([])
    await journal.stop()
    await open()
    expect(ids()).toEqual(['a/8', 'a/9', 'a/0'])
  })

  it('says why it cannot be opened', async () => {
    const broken = new Journal('/dev/null/nowhere')
    await expect(broken.start()).rejects.toThrow('/dev/null/nowhere/journal.sqlite')
  })
})
