import { ManualClock } from '@clearway/contracts'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { AuditLog } from '../../src/audit/log.ts'
import { Records } from '../../src/records/records.ts'

const actor = { name: 'li-na', roles: [] }
let records: Records
let log: AuditLog

beforeEach(() => {
  records = Records.open(':memory:')
  log = new AuditLog(records, new ManualClock(1000))
})

const write = (count: number) => {
  for (let i = 1; i <= count; i++) log.record(actor, 'lot.put', `p-${i}`, { capacity: i })
}
const tamper = (sql: string) => records.db.exec(sql)

describe('the audit log', () => {
  it('is whole after it was written', () => {
    write(5)
    expect(log.verify()).toMatchObject({ ok: true, entries: 5 })
    expect(log.page({}).items[2]).toMatchObject({
      sequence: 3,
      actor: 'li-na',
      action: 'lot.put',
      subject: 'p-3',
      detail: { capacity: 3 },
      at: '1970-01-01T00:00:01.000Z',
    })
  })

  it('is whole while it is empty', () => expect(log.verify()).toMatchObject({ ok: true, entries: 0 }))

  it('goes on after a restart', () => {
    write(2)
    log = new AuditLog(records, new ManualClock(2000))
    write(2)
    expect(log.verify()).toMatchObject({ ok: true, entries: 4 })
  })

  it.each([
    ['edited', `update audit set subject = 'p-9' where sequence = 3`, 3],
    ['edited in its detail', `update audit set detail = '{"capacity":99}' where sequence = 4`, 4],
    ['moved in time', `update audit set at_ms = 5 where sequence = 2`, 2],
    ['removed from the middle', `delete from audit where sequence = 3`, 3],
    ['removed from the beginning', `delete from audit where sequence = 1`, 1],
    ['removed from the end', `delete from audit where sequence > 4`, 5],
    ['removed altogether', `delete from audit`, 1],
    [
      'reordered',
      `update audit set sequence = 99 where sequence = 2; update audit set sequence = 2 where sequence = 3;
       update audit set sequence = 3 where sequence = 99`,
      2,
    ],
    [
      'added at the end by another hand',
      `insert into audit select 7, at_ms, actor, action, subject, detail, hash from audit where sequence = 6`,
      7,
    ],
    [
      'renumbered after a removal',
      `delete from audit where sequence = 2; update audit set sequence = sequence - 1 where sequence > 2`,
      2,
    ],
  ])('names the first entry that was %s', (_how, sql, firstBad) => {
    write(6)
    tamper(sql)
    expect(log.verify()).toMatchObject({ ok: false, firstBad })
  })

  it('finds any single change of any entry', () => {
    write(8)
    const columns = ['at_ms', 'actor', 'action', 'subject', 'detail', 'hash']
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.constantFrom(...columns), (sequence, column) => {
        tamper('savepoint intact')
        tamper(`update audit set ${column} = ${column} || '1' where sequence = ${sequence}`)
        const { firstBad } = log.verify()
        tamper('rollback to intact; release intact')
        expect(firstBad).toBe(sequence)
      }),
    )
  })

  it('has no entry for an action that was rolled back', () => {
    write(1)
    expect(() =>
      records.transaction(() => {
        log.record(actor, 'lot.put', 'p-2')
        throw new Error('the action failed')
      }),
    ).toThrow()
    expect(log.verify()).toMatchObject({ ok: true, entries: 1 })
  })

  it('gives the same hash whatever the order of a detail', () => {
    log.record(actor, 'a', 's', { x: 1, y: { p: 1, q: 2 } })
    const other = new AuditLog(Records.open(':memory:'), new ManualClock(1000))
    other.record(actor, 'a', 's', { y: { q: 2, p: 1 }, x: 1 })
    expect(other.verify().head).toBe(log.verify().head)
  })
})
