import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Records } from '../../src/records/records.ts'

const open = () => {
  const records = Records.open(':memory:')
  records.define('create table lots (id text primary key) strict')
  return records
}
const ids = (records: Records) =>
  records.db
    .prepare('select id from lots')
    .all()
    .map(({ id }) => id)
const insert = (records: Records, id: string) => records.db.prepare('insert into lots values (?)').run(id)

describe('a transaction', () => {
  it('is all or nothing, the one inside with the one around it', () => {
    const records = open()
    expect(() =>
      records.transaction(() => {
        insert(records, 'p-1')
        records.transaction(() => insert(records, 'p-2'))
        throw new Error('stop')
      }),
    ).toThrow('stop')
    expect(ids(records)).toEqual([])
  })

  it('can follow one that failed', () => {
    const records = open()
    expect(() => records.transaction(() => insert(records, null as unknown as string))).toThrow()
    expect(records.transaction(() => insert(records, 'p-1').changes)).toBe(1)
    expect(ids(records)).toEqual(['p-1'])
  })

  it('says that the disk is full, and goes on when there is room again', () => {
    const records = open()
    const { page_count: pages } = records.db.prepare('pragma page_count').get() as { page_count: number }
    records.db.exec(`pragma max_page_count = ${pages}`)
    const fill = () => records.transaction(() => insert(records, 'p'.repeat(100_000)))
    expect(fill).toThrow(
      expect.objectContaining({ code: 'records-unwritable', message: expect.stringMatching(/full/) }),
    )
    expect(ids(records)).toEqual([])
    records.db.exec('pragma max_page_count = 1000')
    fill()
    expect(ids(records)).toHaveLength(1)
  })
})

it('keeps what was committed, every commit synced', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-records-'))
  const first = Records.open(join(folder, 'made/when-missing'))
  first.define('create table lots (id text primary key) strict')
  first.transaction(() => insert(first, 'p-1'))
  expect(first.db.prepare('pragma synchronous').get()).toEqual({ synchronous: 2 })
  first.close()
  const second = Records.open(join(folder, 'made/when-missing'))
  expect(ids(second)).toEqual(['p-1'])
  second.close()
  rmSync(folder, { recursive: true })
})
