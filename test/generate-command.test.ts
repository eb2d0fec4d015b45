import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SeriesFile } from '@clearway/gateway'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clearwayProgram } from '../bin/program.ts'

const until = '2026-11-29T00:00:00.000+08:00'
const toMs = Date.parse(until)
const dayMs = 86_400_000
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clearway-generate-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const generate = (dataDir: string, ...more: string[]) =>
  clearwayProgram().parseAsync([
    ...['node', 'clearway', 'generate', 'parking', '--lots', '3', '--days', '3', '--readings-days', '2'],
    ...['--until', until, '--data', dataDir, ...more],
  ])

describe('clearway generate parking', () => {
  it('makes lots, stays, rollups of days, and readings that say what the stays say', async () => {
    await generate(folder)
    const db = new DatabaseSync(join(folder, 'records.sqlite'), { readOnly: true })
    const count = (sql: string) => db.prepare(sql).get()?.n as number
    expect(count('select count(*) as n from lot')).toBe(3)
    expect(count('select count(distinct district) as n from lot_place')).toBe(3)
    expect(count('select count(*) as n from stay')).toBeGreaterThan(50)
    expect(count('select count(*) as n from lot_day_stale')).toBe(0)
    expect(count('select sum(net) as n from lot_day')).toBe(count('select sum(net) as n from lot_quarter'))

    const { id } = db.prepare('select id from lot order by id').get() as { id: string }
    const file = new SeriesFile(folder)
    const query = { measurement: 'lot_occupancy', tags: { lot: id }, field: 'occupied', fromMs: 0, toMs }
    const readings = file.range(query)
    expect(readings.length).toBe(2 * 1440)
    const inside = db.prepare(
      'select count(*) as n from stay where lot = ?1 and entered_ms <= ?2 and (left_ms > ?2 or left_ms is null)',
    )
    for (let i = 0; i < readings.length; i += 97) {
      expect(readings[i]?.value).toBe(inside.get(id, readings[i]?.atMs ?? 0)?.n)
    }
    // The cells that means are made of hold the same readings.
    const fresh = file.means({ ...query, fromMs: toMs - dayMs }, 86_400)
    expect(fresh.length).toBeGreaterThan(0)
    file.close()
    db.close()
  })

  it('makes the same city of the same seed', async () => {
    const other = join(folder, 'other')
    await generate(join(folder, 'one'))
    await generate(other)
    const stays = (dir: string) => {
      const db = new DatabaseSync(join(dir, 'records.sqlite'), { readOnly: true })
      const rows = db.prepare('select id, lot, plate, entered_ms, left_ms, amount_fen from stay order by id').all()
      db.close()
      return rows
    }
    expect(stays(other)).toEqual(stays(join(folder, 'one')))
  })

  it('refuses a folder that holds records, and a time that is none', async () => {
    await generate(folder)
    await expect(generate(folder)).rejects.toThrow(`--data ${folder} already holds records.sqlite`)
    await expect(generate(join(folder, 'new'), '--until', 'yesterday')).rejects.toThrow('--until yesterday is no time')
  })
})
