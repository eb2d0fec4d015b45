import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ManualClock, seededRandom } from '@clearway/contracts'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Outbox, type OutboxLimits } from '../src/index.ts'

let folder: string
let faults: string[]
const startMs = Date.parse('2026-11-23T08:15:00Z')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outbox-'))
  faults = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = (limits: Partial<OutboxLimits> = {}, clock = new ManualClock(startMs)) =>
  new Outbox(join(folder, 'outbox.sqlite'), clock, seededRandom(1), (fault) => faults.push(fault.code), limits)
const payloads = (outbox: Outbox, device: string) => outbox.after(device, 0, 1000).map(({ payload }) => payload)

it('keeps events over a restart, in the order of their birth and apart by device', () => {
  const first = open()
  for (let n = 0; n < 10; n++) first.keep(n % 2 ? 'odd' : 'even', 'read', String(n))
  first.close()
  const second = open()
  second.keep('even', 'read', '10')
  second.commit()
  expect(payloads(second, 'even')).toEqual(['0', '2', '4', '6', '8', '10'])
  expect(payloads(second, 'odd')).toEqual(['1', '3', '5', '7', '9'])
  second.close()
})

it('forgets an acknowledged event, and only that one', () => {
  const first = open()
  for (const payload of ['a', 'b', 'c']) first.keep('gate', 'read', payload)
  first.commit()
  first.acknowledge(first.after('gate', 0, 10)[1]!.seq)
  first.close()
  const second = open()
  expect(payloads(second, 'gate')).toEqual(['a', 'c'])
  second.close()
})

it('never gives a boot id twice, even with the same clock and the same seed', () => {
  const ids = [1, 2, 3].map(() => {
    const outbox = open()
    outbox.close()
    return outbox.bootId
  })
  expect(new Set(ids).size).toBe(3)
})

it('commits everything of one turn together, before anyone is told', async () => {
  const outbox = open()
  const told: string[][] = []
  outbox.onKept('a', () => told.push(payloads(outbox, 'a'), payloads(outbox, 'b')))
  outbox.keep('a', 'read', '1')
  outbox.keep('b', 'read', '2')
  outbox.keep('a', 'read', '3')
  expect(payloads(outbox, 'a')).toEqual([])
  await vi.waitFor(() => expect(told).toEqual([['1', '3'], ['2']]))
  outbox.close()
})

it('drops the oldest events above its bytes, counts them and raises an alarm', () => {
  const outbox = open({ maxBytes: 30 })
  for (let n = 0; n < 5; n++) outbox.keep('gate', 'read', `${n}123456789`)
  outbox.commit()
  expect(payloads(outbox, 'gate')).toEqual(['2123456789', '3123456789', '4123456789'])
  expect(outbox.dropped).toEqual({ byAge: 0, byBytes: 2 })
  expect(faults).toEqual(['outbox-dropped'])
  outbox.close()
})

it('counts bytes across restarts and acknowledgements', () => {
  const first = open({ maxBytes: 30 })
  for (let n = 0; n < 3; n++) first.keep('gate', 'read', `${n}12345678é`.slice(0, 9))
  first.close()
  const second = open({ maxBytes: 30 })
  second.acknowledge(second.after('gate', 0, 1)[0]!.seq)
  second.commit()
  second.keep('gate', 'read', '3123456789')
  second.commit()
  expect(second.dropped.byBytes).toBe(0)
  second.keep('gate', 'read', '4123456789')
  second.commit()
  expect(second.dropped.byBytes).toBe(1)
  second.close()
})

it('drops events older than its limit, counts them and raises an alarm', async () => {
  const clock = new ManualClock(startMs)
  const outbox = open({ maxAgeS: 3600 }, clock)
  outbox.keep('gate', 'read', 'old')
  outbox.commit()
  await clock.advance(3000)
  outbox.keep('gate', 'read', 'young')
  outbox.commit()
  await clock.advance(700)
  outbox.keep('gate', 'read', 'new')
  outbox.commit()
  expect(payloads(outbox, 'gate')).toEqual(['young', 'new'])
  expect(outbox.dropped).toEqual({ byAge: 1, byBytes: 0 })
  expect(faults).toEqual(['outbox-dropped'])
  outbox.close()
})

it('reports a disk that refuses to write and loses nothing by it', () => {
  const outbox = open()
  const other = new DatabaseSync(join(folder, 'outbox.sqlite'))
  other.exec('BEGIN IMMEDIATE')
  outbox.keep('gate', 'read', 'waits')
  outbox.commit()
  expect(faults).toEqual(['outbox-write'])
  expect(payloads(outbox, 'gate')).toEqual([])
  other.exec('COMMIT')
  other.close()
  outbox.commit()
  expect(payloads(outbox, 'gate')).toEqual(['waits'])
  outbox.close()
})
