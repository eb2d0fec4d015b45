import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toTimestamp } from '@clearway/contracts'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LotLedger } from '../../../src/parking/lot-ledger.ts'
import { groupLots } from '../../../src/parking/numbers/lot-selection.ts'
import { LotMetricsReader } from '../../../src/parking/numbers/metrics.ts'
import { answerNumbers, type NumbersQuestion } from '../../../src/parking/numbers/number-answers.ts'
import { NumbersThread } from '../../../src/parking/numbers/numbers-thread.ts'
import { importStays } from '../../../src/parking/stays/import-stays.ts'
import { Records } from '../../../src/records/records.ts'
import { dayMs, hourMs, lotSettings, startMs } from '../small-lot.ts'

const zone = 'Asia/Shanghai'
// A thread starts within seconds even on a busy machine, and here five of them do.
vi.setConfig({ testTimeout: 60_000 })
const nowMs = startMs + 3 * dayMs
let folder: string
let records: Records
let ledger: LotLedger
let thread: NumbersThread

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clearway-numbers-'))
  records = Records.open(folder)
  ledger = new LotLedger(records)
  ledger.lots.put('square', lotSettings, startMs)
  thread = new NumbersThread({ dataDir: folder, zone })
})
afterEach(async () => {
  await thread.stop()
  records.close()
  rmSync(folder, { recursive: true, force: true })
})

const stay = (plate: string, enteredAtMs: number, leftAtMs: number | null) => ({
  ...{ lot: 'square', plate, plateColour: 'blue' as const, vehicleClass: 'small' as const, enteredAtMs, leftAtMs },
})

function question(bucket: '15m' | '1d'): NumbersQuestion {
  const reader = new LotMetricsReader(records, ledger, zone)
  const window = { from: toTimestamp(startMs), to: toTimestamp(startMs + dayMs), bucket }
  const edges = reader.edges(window, { most: 1000, perBucket: 1, what: 'rows' })
  return { what: 'rows', selections: groupLots(ledger.lots.list(), 'lot'), edges, page: {} }
}

it('answers what the same question is answered here, before and after what passes meanwhile', async () => {
  importStays(records, [stay('鲁A11111', startMs, startMs + hourMs)], { nowMs })
  for (const bucket of ['15m', '1d'] as const) {
    const here = () => answerNumbers(new LotMetricsReader(records, ledger, zone), question(bucket), nowMs).toString()
    const first = here()
    expect((await thread.answer(question(bucket), nowMs)).toString()).toBe(first)
    // A day that the thread holds in memory changes, by this connection.
    const late = [stay(bucket === '1d' ? '鲁A33333' : '鲁A22222', startMs + 2 * hourMs, startMs + 3 * hourMs)]
    importStays(records, late, { nowMs })
    const second = here()
    expect(second).not.toBe(first)
    expect((await thread.answer(question(bucket), nowMs)).toString()).toBe(second)
  }
})

it('packs the days of a folder that was filled before days were packed', async () => {
  importStays(records, [stay('鲁A11111', startMs, startMs + hourMs)], { nowMs })
  const expected = answerNumbers(new LotMetricsReader(records, ledger, zone), question('1d'), nowMs).toString()
  records.db.exec(
    'delete from lot_day; delete from lot_day_quarters; delete from lot_day_zone; delete from lot_day_stale',
  )
  expect((await thread.answer(question('1d'), nowMs)).toString()).toBe(expected)
})

it('packs anew when the zone of the city has changed', async () => {
  importStays(records, [stay('鲁A11111', startMs, startMs + hourMs)], { nowMs })
  new LotMetricsReader(records, ledger, 'Europe/Berlin').rollups.rebuild()
  const midnights = () =>
    records.db
      .prepare('select distinct day_ms as ms from lot_day')
      .all()
      .map((row) => row.ms)
  expect(midnights()).toContain(Date.parse('2026-11-23T00:00:00.000+01:00'))
  await thread.answer(question('1d'), nowMs)
  expect(midnights()).toContain(Date.parse('2026-11-23T00:00:00.000+08:00'))
  expect(midnights()).not.toContain(Date.parse('2026-11-23T00:00:00.000+01:00'))
})

it('passes a refusal on with its field, and goes on', async () => {
  const wrong = { ...question('1d'), page: { cursor: 'bm9uZQ' } } as NumbersQuestion
  await expect(thread.answer(wrong, nowMs)).rejects.toMatchObject({ kind: 'caller', fields: [{ field: 'cursor' }] })
  expect((await thread.answer(question('1d'), nowMs)).toString()).toContain('"items"')
})

it('says that it is stopping', async () => {
  await thread.stop()
  await expect(thread.answer(question('1d'), nowMs)).rejects.toThrow('the gateway is stopping')
})
