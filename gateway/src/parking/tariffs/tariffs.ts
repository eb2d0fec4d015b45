import { fileURLToPath } from 'node:url'
import { ConflictError, NotFoundError, type Tariff, type TariffDocument, toTimestamp } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'
import { requireRules } from './tariff-faults.ts'
import { type Edition, readTariffFolder } from './tariff-file.ts'

/** The tariff of a lot that names none. */
export const defaultTariff = 'ningbo-yinzhou-hotel'

/** The tariffs that ship: rules in force in 2019, which reproduce the recorded charges of real lots. */
export const shippedTariffs: readonly Edition[] = readTariffFolder(
  fileURLToPath(new URL('./shipped/', import.meta.url)),
)

export const tariffBody = ({ id, version, validFromMs, document }: Edition): Tariff => ({
  id,
  version,
  validFrom: toTimestamp(validFromMs),
  document,
})

/** Tariffs and their versions. A version, once stored, never changes: bills name it. */
export class Tariffs {
  readonly #records: Records
  /** Editions by id, oldest first. Undefined: to be read again. */
  #editions: Map<string, Edition[]> | undefined

  constructor(records: Records) {
    this.#records = records
    records.define(`create table if not exists tariff (
      id text not null, version integer not null, valid_from_ms integer not null, document text not null,
      primary key (id, version)) strict`)
    records.transaction(() => {
      const insert = records.db.prepare('insert or ignore into tariff values (?, ?, ?, ?)')
      for (const { id, version, validFromMs, document } of shippedTariffs) {
        insert.run(id, version, validFromMs, JSON.stringify(document))
      }
    })
  }

  /** The newest version of each, by id. */
  list(): Edition[] {
    return [...this.#all().values()].map((editions) => editions.at(-1) as Edition)
  }

  has(id: string): boolean {
    return this.#all().has(id)
  }

  /** @throws NotFoundError when there is no such tariff */
  newest(id: string): Edition {
    return this.#of(id).at(-1) as Edition
  }

  /** @throws NotFoundError when there is no such version */
  edition(id: string, version: number): Edition {
    const edition = this.#of(id).find((candidate) => candidate.version === version)
    if (!edition) throw new NotFoundError('tariff-version-unknown', `tariff ${id} has no version ${version}`)
    return edition
  }

  /** The version in force at an instant; before the first one, the first: no stay is left without a price. */
  inForce(id: string, atMs: number): Edition {
    const editions = this.#of(id)
    return editions.findLast(({ validFromMs }) => validFromMs <= atMs) ?? (editions[0] as Edition)
  }

  /**
   * Adds a version, the first of a new tariff or the next of a known one.
   *
   * @param document has passed its schema
   * @throws InputError naming each field whose rules do not fit together
   * @throws ConflictError when the version would reach back before now or before its predecessor
   */
  add(id: string, document: TariffDocument, validFromMs: number, nowMs: number): Edition {
    requireRules(document, `tariff ${id}`)
    const previous = this.#all().get(id)?.at(-1)
    // Issued bills were priced by the versions of their time: a new one may only reach forward.
    const earliestMs = previous ? Math.max(nowMs, previous.validFromMs + 1) : validFromMs
    if (validFromMs < earliestMs) {
      const message = `${toTimestamp(validFromMs)} must be ${toTimestamp(earliestMs)} or later: bills have been issued by version ${previous?.version}`
      throw new ConflictError('tariff-in-force', `validFrom ${message}`, [{ field: 'validFrom', message }])
    }
    const edition = { id, version: (previous?.version ?? 0) + 1, validFromMs, document }
    this.#records.db
      .prepare('insert into tariff values (?, ?, ?, ?)')
      .run(id, edition.version, validFromMs, JSON.stringify(document))
    this.#editions = undefined
    return edition
  }

  #of(id: string): Edition[] {
    const editions = this.#all().get(id)
    if (!editions) throw new NotFoundError('tariff-unknown', `there is no tariff "${id}"; GET /tariffs lists them`)
    return editions
  }

  #all(): Map<string, Edition[]> {
    if (this.#editions) return this.#editions
    const rows = this.#records.db.prepare('select * from tariff order by id, version').all() as unknown as {
      id: string
      version: number
      valid_from_ms: number
      document: string
    }[]
    const all = new Map<string, Edition[]>()
    for (const { id, version, valid_from_ms: validFromMs, document } of rows) {
      const edition = { id, version, validFromMs, document: JSON.parse(document) as TariffDocument }
      all.set(id, [...(all.get(id) ?? []), edition])
    }
    this.#editions = all
    return all
  }
}
