import type { Records } from '../../records/records.ts'

/** What was shown or paid for one stay before its price was made. */
export class StayClaims {
  readonly #records: Records
  #any: boolean

  constructor(records: Records) {
    this.#records = records
    records.define(`
      create table if not exists stay_discount (
        stay text not null, discount text not null, at_ms integer not null,
        primary key (stay, discount)) strict, without rowid;
      create table if not exists stay_payment (
        order_id text primary key, stay text not null, at_ms integer not null, amount_fen integer not null) strict;
      create index if not exists stay_payment_stay on stay_payment (stay, at_ms)`)
    this.#any =
      records.db.prepare('select 1 from stay_discount limit 1').get() !== undefined ||
      records.db.prepare('select 1 from stay_payment limit 1').get() !== undefined
  }

  /** Ids of discounts in the order in which they were shown. */
  discounts(stay: string): string[] {
    if (!this.#any) return []
    return this.#records.db
      .prepare('select discount from stay_discount where stay = ? order by at_ms, discount')
      .all(stay)
      .map((row) => row.discount as string)
  }

  /** @returns false when it was shown before */
  showDiscount(stay: string, discount: string, atMs: number): boolean {
    this.#any = true
    const { changes } = this.#records.db
      .prepare('insert or ignore into stay_discount values (?, ?, ?)')
      .run(stay, discount, atMs)
    return changes > 0
  }

  /** Payments before the exit, in order of time. */
  payments(stay: string): { atMs: number; amountFen: number }[] {
    if (!this.#any) return []
    return this.#records.db
      .prepare(
        'select at_ms as atMs, amount_fen as amountFen from stay_payment where stay = ? order by at_ms, order_id',
      )
      .all(stay) as unknown as { atMs: number; amountFen: number }[]
  }

  addPayment(orderId: string, stay: string, atMs: number, amountFen: number): void {
    this.#any = true
    this.#records.db
      .prepare('insert or ignore into stay_payment values (?, ?, ?, ?)')
      .run(orderId, stay, atMs, amountFen)
  }
}
