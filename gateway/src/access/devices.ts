import type { StatementSync } from 'node:sqlite'
import { type Clock, ConflictError, type Device, type NewDevice, NotFoundError, toTimestamp } from '@clearway/contracts'
import type { DeviceRegistry } from '../core.ts'
import type { Presence } from '../ingest/presence.ts'
import type { Records } from '../records/records.ts'
import { type MosquittoDevice, mosquittoHash } from './mosquitto.ts'
import { hashOf, newSecret, sameHash } from './secret.ts'

/** How long the old token still signs in after a rotation: time for the new one to reach the site without a visit. */
const rotationGraceMs = 7 * 24 * 3600 * 1000

interface DeviceRow {
  id: string
  settings: string
  token_hash: Uint8Array
  old_token_hash: Uint8Array | null
  old_token_until_ms: number | null
  revoked_ms: number | null
}

/**
 * Every device, its credential and what the city knows about it. The rows are the truth and are read each time, so that
 * a rolled back transaction leaves nothing behind; presence is not stored but asked for.
 */
export class Devices implements DeviceRegistry {
  readonly #records: Records
  readonly #clock: Clock
  readonly #byId: StatementSync
  readonly #revoked = new Set<(id: string) => void>()
  /** Revocations up to here have been told to the listeners. */
  #toldMs: number
  #presenceOf: (id: string) => Presence = () => ({ state: 'never-seen' })

  constructor(records: Records, clock: Clock) {
    this.#records = records
    this.#clock = clock
    this.#toldMs = clock.now()
    records.define(`
      create table if not exists devices (
        id text primary key,
        settings text not null,
        token_hash blob not null,
        old_token_hash blob,
        old_token_until_ms integer,
        created_ms integer not null,
        revoked_ms integer
      ) strict;
      create table if not exists device_mosquitto_hashes (
        device text primary key,
        hash text not null
      ) strict`)
    this.#byId = records.db.prepare('select * from devices where id = ?')
  }

  find(id: string): Device | undefined {
    const row = this.#row(id)
    return row && this.#device(row)
  }

  /** Sorted by id, revoked ones included. */
  list(): Device[] {
    const rows = this.#records.db.prepare('select * from devices order by id').all()
    return rows.map((row) => this.#device(row as unknown as DeviceRow))
  }

  add(device: NewDevice): string {
    return this.addAll([device]).get(device.id) as string
  }

  /**
   * Registers many devices in one transaction.
   *
   * @returns the token of each, by id; this is the only time they are seen
   * @throws ConflictError `device-exists` when an id is taken by a device that is not revoked; nothing is then added
   */
  addAll(devices: readonly NewDevice[]): Map<string, string> {
    const tokens = new Map<string, string>()
    const insert = this.#records.db.prepare(
      `insert into devices (id, settings, token_hash, created_ms) values (?, ?, ?, ?)
       on conflict (id) do update set settings = excluded.settings, token_hash = excluded.token_hash,
         old_token_hash = null, old_token_until_ms = null, created_ms = excluded.created_ms, revoked_ms = null
       where revoked_ms is not null`,
    )
    this.#records.transaction(() => {
      for (const device of devices) {
        const token = newSecret()
        const { changes } = insert.run(device.id, JSON.stringify(device), hashOf(token), this.#clock.now())
        if (changes === 0) {
          throw new ConflictError('device-exists', `device ${device.id} exists already; rotate its token instead`, [
            { field: 'id', message: `"${device.id}" is taken` },
          ])
        }
        this.#keepMosquittoHash(device.id, token)
        tokens.set(device.id, token)
      }
    })
    return tokens
  }

  /** The old token goes on working for a week, so that the new one can travel to the device over the air. */
  rotate(id: string): string {
    return this.rotateAll([id]).get(id) as string
  }

  /** @throws NotFoundError `device-unknown`; nothing is then rotated */
  rotateAll(ids: readonly string[]): Map<string, string> {
    const tokens = new Map<string, string>()
    const update = this.#records.db.prepare(
      `update devices set old_token_hash = token_hash, old_token_until_ms = ?, token_hash = ?
       where id = ? and revoked_ms is null`,
    )
    this.#records.transaction(() => {
      for (const id of ids) {
        const token = newSecret()
        if (update.run(this.#clock.now() + rotationGraceMs, hashOf(token), id).changes === 0) throw unknown(id)
        this.#keepMosquittoHash(id, token)
        tokens.set(id, token)
      }
    })
    return tokens
  }

  /** Ends its credential at once; its history stays, and the id may be registered anew. */
  revoke(id: string): void {
    const { changes } = this.#records.db
      .prepare('update devices set revoked_ms = ? where id = ? and revoked_ms is null')
      .run(this.#clock.now(), id)
    if (changes === 0) throw unknown(id)
    for (const listener of this.#revoked) listener(id)
  }

  /** Calls `listener` after a device has lost its credential. @returns a function that ends the subscription */
  onRevoked(listener: (id: string) => void): () => void {
    this.#revoked.add(listener)
    return () => this.#revoked.delete(listener)
  }

  /** Tells the listeners what another process (the command) has revoked since the last call. */
  tellRevocations(): void {
    const rows = this.#records.db
      .prepare('select id, revoked_ms from devices where revoked_ms > ? order by revoked_ms')
      .all(this.#toldMs) as { id: string; revoked_ms: number }[]
    for (const { id, revoked_ms } of rows) {
      this.#toldMs = revoked_ms
      for (const listener of this.#revoked) listener(id)
    }
  }

  /** The device of this credential, undefined for a wrong, outdated or revoked one. */
  authenticate(id: string, token: string): Device | undefined {
    const row = this.#row(id)
    if (!row || row.revoked_ms !== null) return undefined
    const hash = hashOf(token)
    const isOld =
      row.old_token_hash !== null &&
      (row.old_token_until_ms ?? 0) > this.#clock.now() &&
      sameHash(hash, row.old_token_hash)
    return sameHash(hash, row.token_hash) || isOld ? this.#device(row) : undefined
  }

  /**
   * What a Mosquitto beside the gateway has to know. It holds one password a user, so with it the old token ends when
   * its files are written anew.
   *
   * @throws ConflictError `device-hash` naming devices whose token was made before hashes for Mosquitto were kept
   */
  forMosquitto(): MosquittoDevice[] {
    const rows = this.#records.db
      .prepare(
        `select settings, hash from devices left join device_mosquitto_hashes on device = id
         where revoked_ms is null order by id`,
      )
      .all() as { settings: string; hash: string | null }[]
    const known = rows.map(({ settings, hash }) => ({ device: JSON.parse(settings) as NewDevice, hash }))
    const lacking = known.filter(({ hash }) => hash === null).map(({ device }) => device.id)
    if (lacking.length > 0) {
      throw new ConflictError('device-hash', `no hash for Mosquitto is kept of ${lacking.join(', ')}; rotate the token`)
    }
    return known as MosquittoDevice[]
  }

  /** Made together with the token, which nobody can ask for later. */
  #keepMosquittoHash(id: string, token: string): void {
    this.#records.db
      .prepare(
        `insert into device_mosquitto_hashes values (?, ?) on conflict (device) do update set hash = excluded.hash`,
      )
      .run(id, mosquittoHash(token))
  }

  /** Names who knows which devices are there; without it none has ever been seen. */
  presenceFrom(presenceOf: (id: string) => Presence): void {
    this.#presenceOf = presenceOf
  }

  #row(id: string): DeviceRow | undefined {
    return this.#byId.get(id) as unknown as DeviceRow | undefined
  }

  #device(row: DeviceRow): Device {
    const settings = JSON.parse(row.settings) as NewDevice
    const { state, lastSeenMs } = this.#presenceOf(row.id)
    return {
      ...settings,
      state: row.revoked_ms !== null ? 'revoked' : state,
      ...(lastSeenMs === undefined ? {} : { lastSeenAt: toTimestamp(lastSeenMs) }),
    }
  }
}

const unknown = (id: string) => new NotFoundError('device-unknown', `there is no device ${id}, or it is revoked`)
