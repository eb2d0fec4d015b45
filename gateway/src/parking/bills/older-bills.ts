import type { Records } from '../../records/records.ts'

const added = {
  stage: `text not null default 'issued'`,
  paid_fen: 'integer not null default 0',
  allowed_fen: 'integer not null default 0',
  written_off_fen: 'integer not null default 0',
  waived_fen: 'integer not null default 0',
  forgiven: 'integer not null default 0',
  step: 'integer not null default 1',
  next_ms: 'integer',
  credit_of: 'text',
}

/**
 * Gives the table of bills of a folder that is older than the books the columns that it lacks. Its bills become prices
 * that wait: the collector issues them, and thereby books them, when the gateway has started.
 */
export function bringForward(records: Records): void {
  const { db } = records
  const known = new Set(
    db
      .prepare(`select name from pragma_table_info('bill')`)
      .all()
      .map(({ name }) => name),
  )
  records.transaction(() => {
    for (const [name, type] of Object.entries(added)) {
      if (!known.has(name)) db.exec(`alter table bill add column ${name} ${type}`)
    }
    if (!known.has('stage')) {
      db.exec(`update bill set state = 'withdrawn' where state = 'written-off'`)
      db.exec(`update bill set state = 'priced', step = 0, next_ms = issued_ms where state = 'issued'`)
    }
    db.exec('create index if not exists bill_next on bill (next_ms) where next_ms is not null')
  })
}
