import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import snmp from 'net-snmp'

/** Who may read and set. Without a community only SNMP v3 is answered. */
export interface SnmpAccess {
  community?: string | undefined
  /** SNMP v3 with SHA-256 and AES-128; without keys at the level noAuthNoPriv. */
  user?: { name: string; authKey?: string | undefined; privKey?: string | undefined } | undefined
}

interface Column {
  number: number
  name: string
  /** Inclusive; a string of octets without. */
  range?: [number, number]
  settable?: boolean
  /** The row number where the table shows no column for it. */
  hidden?: boolean
}

const asc = '1.3.6.1.4.1.1206.4.2.1'
const byte: [number, number] = [0, 255]
const word: [number, number] = [0, 65_535]
const status = (number: number, name: string): Column => ({ number, name, range: byte })
const set = (number: number, name: string, range: [number, number] = byte): Column => ({
  number,
  name,
  range,
  settable: true,
})
const octets = (number: number, name: string): Column => ({ number, name, settable: true })

/** The objects of NTCIP 1202 v02 that this device has: place below `asc`, columns by number. The first is the row. */
const tables: Record<string, { place: string; columns: Column[] }> = {
  phaseTable: {
    place: '1.2.1',
    columns: [
      status(1, 'phaseNumber'),
      set(2, 'phaseWalk'),
      set(3, 'phasePedestrianClear'),
      set(4, 'phaseMinimumGreen'),
      set(6, 'phaseMaximum1'),
      set(8, 'phaseYellowChange'),
      set(9, 'phaseRedClear'),
      set(21, 'phaseOptions', word),
      set(22, 'phaseRing'),
      octets(23, 'phaseConcurrency'),
    ],
  },
  phaseStatusGroupTable: {
    place: '1.4.1',
    columns: [
      status(1, 'phaseStatusGroupNumber'),
      status(2, 'phaseStatusGroupReds'),
      status(3, 'phaseStatusGroupYellows'),
      status(4, 'phaseStatusGroupGreens'),
      status(5, 'phaseStatusGroupDontWalks'),
      status(6, 'phaseStatusGroupPedClears'),
      status(7, 'phaseStatusGroupWalks'),
      status(8, 'phaseStatusGroupVehCalls'),
      status(9, 'phaseStatusGroupPedCalls'),
      status(10, 'phaseStatusGroupPhaseOns'),
      status(11, 'phaseStatusGroupPhaseNexts'),
    ],
  },
  preemptTable: {
    place: '6.2.1',
    columns: [
      status(1, 'preemptNumber'),
      set(2, 'preemptControl', [0, 15]),
      set(3, 'preemptLink'),
      set(4, 'preemptDelay', [0, 600]),
      set(5, 'preemptMinimumDuration', word),
      set(6, 'preemptMinimumGreen'),
      set(7, 'preemptMinimumWalk'),
      set(8, 'preemptEnterPedClear'),
      set(9, 'preemptTrackGreen'),
      set(10, 'preemptDwellGreen', [1, 255]),
      set(11, 'preemptMaximumPresence', word),
      octets(12, 'preemptTrackPhase'),
      octets(13, 'preemptDwellPhase'),
      octets(14, 'preemptDwellPed'),
      octets(15, 'preemptExitPhase'),
      { number: 16, name: 'preemptState', range: [1, 9] },
      octets(17, 'preemptTrackOverlap'),
      octets(18, 'preemptDwellOverlap'),
      octets(19, 'preemptCyclingPhase'),
      octets(20, 'preemptCyclingPed'),
      octets(21, 'preemptCyclingOverlap'),
      set(22, 'preemptEnterYellowChange'),
      set(23, 'preemptEnterRedClear'),
      set(24, 'preemptTrackYellowChange'),
      set(25, 'preemptTrackRedClear'),
    ],
  },
  preemptControlTable: {
    place: '6.3.1',
    columns: [status(1, 'preemptControlNumber'), set(2, 'preemptControlState', [0, 1])],
  },
  ringStatusTable: {
    place: '7.6.1',
    columns: [
      { number: 99, name: 'sequenceRingNumber', range: byte, hidden: true },
      { number: 1, name: 'ringStatus', range: word },
    ],
  },
  overlapTable: {
    place: '9.2.1',
    columns: [
      status(1, 'overlapNumber'),
      status(2, 'overlapType'),
      octets(3, 'overlapIncludedPhases'),
      octets(4, 'overlapModifierPhases'),
      set(5, 'overlapTrailGreen'),
      set(6, 'overlapTrailYellow'),
      set(7, 'overlapTrailRed'),
    ],
  },
  overlapStatusGroupTable: {
    place: '9.4.1',
    columns: [
      status(1, 'overlapStatusGroupNumber'),
      status(2, 'overlapStatusGroupReds'),
      status(3, 'overlapStatusGroupYellows'),
      status(4, 'overlapStatusGroupGreens'),
    ],
  },
}

const scalars: Record<string, { oid: string; range: [number, number]; settable?: boolean }> = {
  maxPhases: { oid: `${asc}.1.1`, range: byte },
  maxPhaseGroups: { oid: `${asc}.1.3`, range: byte },
  unitBackupTime: { oid: `${asc}.3.3`, range: word, settable: true },
  unitControlStatus: { oid: `${asc}.3.5`, range: [1, 8] },
  unitFlashStatus: { oid: `${asc}.3.6`, range: [1, 8] },
  coordPatternStatus: { oid: `${asc}.4.10`, range: byte },
  localFreeStatus: { oid: `${asc}.4.11`, range: [1, 11] },
  maxPreempts: { oid: `${asc}.6.1`, range: byte },
  maxRings: { oid: `${asc}.7.1`, range: byte },
  maxOverlaps: { oid: `${asc}.9.1`, range: byte },
}

const { MaxAccess, MibProviderType, ObjectType, PduType } = snmp as unknown as {
  MaxAccess: Record<string, number>
  MibProviderType: Record<string, number>
  ObjectType: Record<string, number>
  PduType: Record<string, number>
}

interface MibRequest {
  operation: number
  commitSet?: boolean
  provider: { name: string }
  done(): void
}

/** The controller's objects, served over UDP. */
export class NtcipMib {
  readonly #mib = snmp.createMib()
  readonly #tables = new Map<string, { table: string; number: number }>()
  readonly #set: (object: string) => void
  #agent: { close(): void; engine: { engineTime: number } } | undefined

  /** @param set told the table or scalar that a SET has just changed, or written again */
  constructor(set: (object: string) => void) {
    this.#set = set
    const handler = (request: MibRequest) => {
      // A SET comes twice: to be tested, then to be kept.
      const kept = request.operation === PduType.SetRequest && request.commitSet
      request.done()
      if (kept) this.#set(request.provider.name)
    }
    for (const [name, { oid, range, settable }] of Object.entries(scalars)) {
      this.#mib.registerProvider({
        name,
        type: MibProviderType.Scalar,
        oid,
        scalarType: ObjectType.Integer,
        maxAccess: MaxAccess[settable ? 'read-write' : 'read-only'],
        constraints: rangeOf(range),
        handler,
      })
    }
    this.#mib.registerProvider({
      name: 'sysUpTime',
      type: MibProviderType.Scalar,
      oid: '1.3.6.1.2.1.1.3',
      scalarType: ObjectType.TimeTicks,
      maxAccess: MaxAccess['read-only'],
      handler,
    })
    for (const [table, { place, columns }] of Object.entries(tables)) {
      for (const { name, number } of columns) this.#tables.set(name, { table, number })
      this.#mib.registerProvider({
        name: table,
        type: MibProviderType.Table,
        oid: `${asc}.${place}`,
        tableColumns: columns.map(({ number, name, range, settable, hidden }) => ({
          number,
          name,
          type: range ? ObjectType.Integer : ObjectType.OctetString,
          maxAccess: MaxAccess[hidden ? 'not-accessible' : settable ? 'read-write' : 'read-only'],
          ...(range ? { constraints: rangeOf(range) } : {}),
        })),
        tableIndex: [{ columnName: columns[0]?.name }],
        handler,
      })
    }
  }

  /** @param values by column name; numbers 0 and empty strings where not given */
  addRow(table: string, row: number, values: Record<string, number | readonly number[]> = {}): void {
    const columns = tables[table]?.columns ?? []
    const cells = columns.map(({ name, range }, index) => {
      const value = values[name]
      if (index === 0) return row
      return range ? (value ?? Math.max(0, range[0])) : Buffer.from((value ?? []) as number[])
    })
    this.#mib.addTableRow(table, cells)
  }

  write(object: string, row: number, value: number): void {
    const place = this.#tables.get(object)
    if (place) this.#mib.setTableSingleCell(place.table, place.number, [row], value)
    else this.#mib.setScalarValue(object, value)
  }

  read(object: string, row: number): number {
    const place = this.#tables.get(object)
    return place ? this.#mib.getTableSingleCell(place.table, place.number, [row]) : this.#mib.getScalarValue(object)
  }

  octets(object: string, row: number): number[] {
    const value = this.read(object, row) as unknown as Buffer | string
    return [...Buffer.from(value as string)]
  }

  /**
   * Opens the port.
   *
   * @param port 0: any that is free
   * @returns the port
   */
  async listen(port: number, address: string, { community, user }: SnmpAccess): Promise<number> {
    let socket: Socket | undefined
    const dgramModule = {
      createSocket(type: 'udp4') {
        socket = createSocket(type)
        const bind = socket.bind.bind(socket)
        // The library takes port 0 for "not given".
        socket.bind = ((_: number, on: string) => bind(port, on)) as typeof socket.bind
        return socket
      },
    }
    // What a client gets wrong is its own affair; the device says no more than the protocol does.
    this.#agent = snmp.createAgent({ port: port || 161, address, dgramModule }, () => undefined, this.#mib)
    const authorizer = (this.#agent as unknown as { getAuthorizer(): SnmpAuthorizer }).getAuthorizer()
    if (community !== undefined) authorizer.addCommunity(community)
    if (user) authorizer.addUser(userOf(user))
    await once(socket as unknown as Socket, 'listening')
    return (socket as unknown as Socket).address().port
  }

  /** @param upS seconds since the device started, which SNMP v3 keeps its own count of */
  age(upS: number): void {
    this.write('sysUpTime', 0, Math.floor(upS * 100) % 2 ** 32)
    if (this.#agent) this.#agent.engine.engineTime = Math.floor(upS)
  }

  close(): void {
    this.#agent?.close()
    this.#agent = undefined
  }
}

interface SnmpAuthorizer {
  addCommunity(community: string): void
  addUser(user: object): void
}

const rangeOf = ([min, max]: [number, number]) => ({ ranges: [{ min, max }] })

function userOf({ name, authKey, privKey }: NonNullable<SnmpAccess['user']>): object {
  if (authKey === undefined) return { name, level: snmp.SecurityLevel.noAuthNoPriv }
  const auth = { name, authProtocol: snmp.AuthProtocols.sha256, authKey }
  if (privKey === undefined) return { ...auth, level: snmp.SecurityLevel.authNoPriv }
  return { ...auth, level: snmp.SecurityLevel.authPriv, privProtocol: snmp.PrivProtocols.aes, privKey }
}
