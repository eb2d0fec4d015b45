import { createSocket } from 'node:dgram'
import { PeerError, WorldError } from '@clearway/contracts'
import snmp, { type Session, type User, type Varbind } from 'net-snmp'
import type { MibObject } from './objects.ts'
import type { NtcipPlan } from './settings.ts'

/**
 * Objects in one message. Status values are small: 18 of them with their names stay below the 484 octets that every
 * SNMP implementation takes (RFC 3417, 3.2).
 */
const objectsInMessage = 18

/** Values as the controller gave them, by object. */
export class Reading {
  readonly #values = new Map<string, Varbind>()

  add(varbinds: readonly Varbind[]): void {
    for (const varbind of varbinds) this.#values.set(varbind.oid, varbind)
  }

  /** @throws PeerError `ntcip-value` when it is no integer or out of its range */
  integer(object: MibObject, minimum: number, maximum: number): number {
    const varbind = this.#found(object)
    const { type, value } = varbind
    const kinds: unknown[] = [snmp.ObjectType.Integer, snmp.ObjectType.Gauge32, snmp.ObjectType.TimeTicks]
    if (!kinds.includes(type) || typeof value !== 'number') throw wrong(object, `${shown(varbind)} is no integer`)
    if (value < minimum || value > maximum) throw wrong(object, `${value} is not within ${minimum} to ${maximum}`)
    return value
  }

  /** The octets of a string as numbers: phases or overlaps. @throws PeerError `ntcip-value` */
  octets(object: MibObject): number[] {
    const varbind = this.#found(object)
    if (varbind.type !== snmp.ObjectType.OctetString || !Buffer.isBuffer(varbind.value)) {
      throw wrong(object, `${shown(varbind)} is no octet string`)
    }
    // Some controllers fill the string up with zeros; no phase has that number.
    return [...varbind.value].filter((octet) => octet !== 0)
  }

  #found(object: MibObject): Varbind {
    const varbind = this.#values.get(object.oid)
    if (!varbind) throw wrong(object, 'is not in the answer')
    if (snmp.isVarbindError(varbind)) throw wrong(object, 'is not there: the controller does not know this object')
    return varbind
  }
}

const shown = ({ value }: Varbind): string => (Buffer.isBuffer(value) ? `0x${value.toString('hex')}` : String(value))

export function wrong(object: MibObject, message: string): PeerError {
  const field = `${object.name} (${object.oid})`
  return new PeerError('ntcip-value', `controller: ${field} ${message}`, [{ field: object.name, message }])
}

/** SNMP with one controller. Every request ends: by its answer, or after its time with one repetition within it. */
export class SnmpSession {
  readonly #session: Session
  readonly #where: string
  readonly #timeoutMs: number
  #lastGarbage: string | undefined
  #closed = false

  constructor({ host, port, snmp: security, timeoutS }: NtcipPlan) {
    this.#where = `${host}:${port}`
    this.#timeoutMs = timeoutS * 1000
    const garbage = (error: Error) => {
      this.#lastGarbage = error.message
    }
    const options = {
      port,
      timeout: this.#timeoutMs / 2,
      retries: 1,
      reportOidMismatchErrors: true,
      dgramModule: { createSocket: (type: 'udp4' | 'udp6') => guardedSocket(type, garbage) },
      transport: host.includes(':') ? ('udp6' as const) : ('udp4' as const),
    }
    if (security.version === '3') this.#session = snmp.createV3Session(host, userOf(security), options)
    else {
      const version = security.version === '1' ? snmp.Version1 : snmp.Version2c
      this.#session = snmp.createSession(host, security.community, { ...options, version })
    }
    this.#session.on('error', garbage)
  }

  /**
   * @param tries of each message: a long reading on a bad line must not begin anew for one that was lost
   * @throws PeerError when the controller answers with an error, WorldError when it does not answer
   */
  async get(objects: readonly MibObject[], tries = 1): Promise<Reading> {
    const reading = new Reading()
    for (let from = 0; from < objects.length; from += objectsInMessage) {
      const some = objects.slice(from, from + objectsInMessage)
      const oids = some.map(({ oid }) => oid)
      reading.add(await this.#try(tries, () => this.#ask('reading', some, (done) => this.#session.get(oids, done))))
    }
    return reading
  }

  async #try<T>(tries: number, once: () => Promise<T>): Promise<T> {
    for (let left = tries - 1; ; left--) {
      try {
        return await once()
      } catch (error) {
        if (left <= 0 || this.#closed || !(error instanceof WorldError)) throw error
      }
    }
  }

  /** Sets all or none. @throws as `get` */
  async set(values: readonly { object: MibObject; value: number }[]): Promise<void> {
    const varbinds = values.map(({ object, value }) => ({ oid: object.oid, type: snmp.ObjectType.Integer, value }))
    const objects = values.map(({ object }) => object)
    await this.#ask('setting', objects, (done) => this.#session.set(varbinds, done))
  }

  close(): void {
    this.#closed = true
    this.#session.close()
  }

  #ask(
    doing: string,
    objects: readonly MibObject[],
    send: (done: (error: Error | null, varbinds?: Varbind[]) => void) => void,
  ): Promise<Varbind[]> {
    return new Promise((resolve, reject) => {
      const asked = objects.length === 1 ? objects[0]?.name : `${objects[0]?.name} and ${objects.length - 1} more`
      const silent = (cause?: unknown) => {
        const garbage = this.#lastGarbage === undefined ? '' : `; it sent what cannot be read: ${this.#lastGarbage}`
        const text = `controller ${this.#where} does not answer (${doing} ${asked})${garbage}`
        this.#lastGarbage = undefined
        reject(new WorldError('ntcip-silent', text, cause))
      }
      // An answer that the library chokes on never comes back as one; the request ends all the same.
      const timer = setTimeout(silent, this.#timeoutMs * 1.5)
      timer.unref()
      send((error, varbinds) => {
        if (!error) resolve(varbinds ?? [])
        // The system's own errors have a code: no route, no such name, a closed socket.
        else if (this.#closed || error.name === 'RequestTimedOutError' || 'syscall' in error) silent(error)
        else reject(translated(error, doing, objects))
        clearTimeout(timer)
      })
    })
  }
}

/** What the library says in its own words, with the object's name. */
function translated(error: Error, doing: string, objects: readonly MibObject[]): PeerError {
  // An error status that SNMP does not have becomes an error whose message is a number.
  const text = String(error.message)
  const object = objects.find(({ oid }) => text.endsWith(oid))
  const name = object?.name ?? objects[0]?.name ?? 'answer'
  const message = `${doing} ${object ? `${object.name} ` : ''}failed: ${text}`
  return new PeerError('ntcip-answer', `controller: ${message}`, [{ field: name, message }], error)
}

/**
 * A socket whose listener may throw: the library reads some fields of an answer outside its own guard, and a datagram
 * from the network must not end the process.
 */
function guardedSocket(type: 'udp4' | 'udp6', garbage: (error: Error) => void) {
  const socket = createSocket(type)
  const on = socket.on.bind(socket)
  socket.on = ((event: string, listener: (...args: unknown[]) => void) =>
    on(event, (...args: unknown[]) => {
      try {
        listener(...args)
      } catch (error) {
        if (event !== 'message') throw error
        garbage(error as Error)
      }
    })) as typeof socket.on
  return socket
}

function userOf(security: NtcipPlan['snmp'] & { version: '3' }): User {
  const { user, level = 'authPriv', authProtocol = 'sha256', authKey, privProtocol = 'aes', privKey } = security
  const auth = { authProtocol: snmp.AuthProtocols[authProtocol], ...(authKey === undefined ? {} : { authKey }) }
  const aes = privProtocol === 'aes' ? snmp.PrivProtocols.aes : snmp.PrivProtocols.aes256b
  return {
    name: user,
    level: snmp.SecurityLevel[level],
    ...(level === 'noAuthNoPriv' ? {} : auth),
    ...(level === 'authPriv' ? { privProtocol: aes, ...(privKey === undefined ? {} : { privKey }) } : {}),
  }
}
