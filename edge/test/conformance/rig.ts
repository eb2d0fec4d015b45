import { devicePrefix, type JunctionTable, ManualClock, type SignalRequest } from '@clearway/contracts'
import {
  type Arrived,
  type CentreLink,
  type ConformanceReport,
  type ControllerLink,
  type DeviceConnect,
  type DeviceLine,
  type DeviceSession,
  examine,
  type Identity,
  MemoryBroker,
  MemoryUplink,
  SignalAgent,
  SimulatedController,
  tick,
} from '../../src/index.ts'
import { brisk } from './brisk-table.ts'

export interface Outgoing {
  channel: string
  /** Instead of the channel's own. */
  topic?: string
  body: Record<string, unknown>
  /** Instead of the body. */
  payload?: string
  qos?: number
  /** Whether the broker keeps it. */
  kept: boolean
}

/** How a device differs from one that conforms. */
export interface Deviation {
  connect?: Partial<DeviceConnect>
  subscription?: { topic?: string; qos?: number }
  /** What it publishes in place of a message. */
  up?: (message: Outgoing, device: Device) => Outgoing[]
  /** What it takes in place of a request, or of bytes that are none. */
  down?: (request: SignalRequest, device: Device) => SignalRequest[]
  raw?: (payload: Buffer, device: Device) => void
  /** A cabinet in place of its own. */
  cabinet?: (cabinet: ControllerLink, device: Device) => ControllerLink
  /** Seconds to wait before each attempt to connect. */
  pauseS?: (attempt: number) => number
  /** Done at every tick. */
  step?: (device: Device) => void
  acknowledges?: boolean
  resends?: boolean
  announcesDeath?: boolean
}

type Down = Parameters<MemoryBroker['connect']>[1]

/** Passes on what an uplink says without looking at it. */
class OpenBroker extends MemoryBroker {
  readonly #device: Device

  constructor(device: Device) {
    super()
    this.#device = device
  }

  override connect(_identity: Identity, down: Down): void {
    this.#device.connected(down)
  }

  override disconnect(): void {
    this.#device.connected(undefined)
  }

  override arrive(_identity: Identity, channel: string, payload: string): void {
    this.#device.said(channel, JSON.parse(payload))
  }
}

/** A signal device and its broker in virtual time, and the examiner's end of both. */
export class Device implements CentreLink {
  readonly identity: Identity<'signal'>
  readonly clock: ManualClock
  readonly table: JunctionTable
  readonly line: DeviceLine
  readonly fault = undefined
  readonly requests: SignalRequest[] = []
  readonly sessions: DeviceSession[] = []
  readonly #deviation: Deviation
  readonly #prefix: string
  readonly #listeners: ((message: Arrived) => void)[] = []
  readonly #kept = new Map<string, Buffer>()
  readonly #uplink: MemoryUplink<'signal'>
  readonly #agent: SignalAgent
  #down: Down | undefined
  #withheld: Outgoing[] | undefined
  #isCut = false
  #sequence = 0

  constructor(table: JunctionTable, deviation: Deviation, withLine: boolean) {
    this.table = table
    this.#deviation = deviation
    this.clock = new ManualClock(Date.parse('2026-11-23T08:15:00Z'))
    this.identity = { district: 'lixia', kind: 'signal', device: table.id }
    this.#prefix = devicePrefix(this.identity)
    const inner = new SimulatedController(table)
    const cabinet = deviation.cabinet?.(inner, this) ?? inner
    const complain = () => undefined
    this.#uplink = new MemoryUplink(this.identity, new OpenBroker(this), this.clock, complain)
    this.#agent = new SignalAgent(this.#uplink, table, cabinet, this.clock.now())
    this.line = {
      sessions: this.sessions,
      readable: true,
      cut: () => this.#cut(),
      mend: () => {
        this.#isCut = false
      },
      withhold: (on) => {
        this.#withheld = on ? [] : this.#withheld
      },
    }
    if (!withLine) Object.defineProperty(this, 'line', { value: undefined })
  }

  get isConnected(): boolean {
    return this.#down !== undefined
  }

  run(stop: AbortSignal): Promise<void> {
    this.#agent.start()
    const broken = (fault: Error) => {
      throw fault
    }
    const { step = () => undefined } = this.#deviation
    const beside = { device: 'beside', start: () => undefined, step: () => step(this), stop: async () => undefined }
    return tick([this.#agent, beside], 0.2, this.clock, stop, broken)
  }

  /** The process dies and is started again a little later. */
  restart(): void {
    this.#cut()
    this.#isCut = false
  }

  connected(down: Down | undefined): void {
    this.#down = down
    if (!down) return
    const topic = `${this.#prefix}status`
    const will = { topic, qos: 1, retain: true, payload: Buffer.from(this.#deathNotice()) }
    const { table, clock } = this
    const connect = { clientId: table.id, username: table.id, protocolVersion: 4, will, ...this.#deviation.connect }
    this.sessions.push({
      openedMs: clock.now(),
      closedMs: undefined,
      connect,
      published: [],
      subscribed: [{ topic: `${this.#prefix}request`, qos: 1, ...this.#deviation.subscription }],
      delivered: [],
    })
  }

  said(channel: string, body: Record<string, unknown>): void {
    const offline = channel === 'status' && body.state === 'offline'
    if (offline && this.#deviation.announcesDeath === false) return
    // The numbers are this rig's: a will takes none.
    if (offline) delete body.sequence
    else if (channel !== 'response' && 'sequence' in body) body.sequence = ++this.#sequence
    const message = { channel, body, kept: channel === 'status' }
    for (const one of this.#deviation.up?.(message, this) ?? [message]) this.publish(one)
  }

  publish(message: Outgoing): void {
    const { channel, topic = this.#prefix + channel, body, payload = JSON.stringify(body), qos = 1, kept } = message
    const bytes = Buffer.from(payload)
    this.sessions.at(-1)?.published.push({ atMs: this.clock.now(), topic })
    if (kept) this.#kept.set(topic, bytes)
    if (channel === 'response') this.#withheld?.push(message)
    // The examiner hears what is under the device's levels.
    if (topic.startsWith(this.#prefix)) this.#tell({ topic, payload: bytes, qos, retained: false })
  }

  onMessage(listener: (message: Arrived) => void): void {
    this.#listeners.push(listener)
  }

  async send(channel: string, payload: string | Buffer): Promise<void> {
    this.#deliver(channel, Buffer.from(payload))
  }

  async askRetained(): Promise<void> {
    for (const [topic, payload] of this.#kept) this.#tell({ topic, payload, qos: 1, retained: true })
  }

  #deliver(channel: string, payload: Buffer): void {
    const nowMs = this.clock.now()
    const acknowledgedMs = this.#deviation.acknowledges === false ? undefined : nowMs
    this.sessions.at(-1)?.delivered.push({ atMs: nowMs, topic: this.#prefix + channel, acknowledgedMs })
    this.#deviation.raw?.(payload, this)
    for (const bytes of this.#taken(payload)) this.#down?.receive(channel, bytes)
  }

  #taken(payload: Buffer): Buffer[] {
    const { down } = this.#deviation
    let request: SignalRequest | undefined
    try {
      request = JSON.parse(payload.toString()) as SignalRequest
    } catch {}
    if (typeof request?.request !== 'string') return [payload]
    this.requests.push(request)
    return down ? down(request, this).map((one) => Buffer.from(JSON.stringify(one))) : [payload]
  }

  #tell(message: Omit<Arrived, 'receivedMs'>): void {
    for (const listener of this.#listeners) listener({ ...message, receivedMs: this.clock.now() })
  }

  #cut(): void {
    const session = this.sessions.at(-1)
    if (session) session.closedMs = this.clock.now()
    this.#uplink.cut()
    this.#isCut = true
    void this.#comeBack()
  }

  async #comeBack(): Promise<void> {
    const { pauseS = (attempt: number) => Math.min(8, 2 ** attempt), resends } = this.#deviation
    for (let attempt = 0; ; attempt++) {
      await this.clock.wait(pauseS(attempt))
      if (!this.#isCut) break
      const nowMs = this.clock.now()
      const refused = { connect: undefined, published: [], subscribed: [], delivered: [] }
      this.sessions.push({ openedMs: nowMs, closedMs: nowMs, ...refused })
    }
    const unacknowledged = this.#withheld ?? []
    this.#withheld = undefined
    this.#uplink.start()
    if (resends !== false) for (const message of unacknowledged) this.publish(message)
  }

  #deathNotice(): string {
    const at = new Date(this.clock.now()).toISOString()
    return JSON.stringify({ id: 'will', at, state: 'offline', bootId: 'boot', firmware: 'memory' })
  }
}

/** Runs the examination against one device in virtual time. */
export async function examineDevice(
  deviation: Deviation = {},
  { only = [], table = brisk(), line = true }: { only?: string[]; table?: JunctionTable; line?: boolean } = {},
): Promise<ConformanceReport> {
  const device = new Device(table, deviation, line)
  const stop = new AbortController()
  const running = device.run(stop.signal)
  const options = { district: device.identity.district, device: device.identity.device, table, only }
  const examining = examine(options, device, device.clock, stop.signal)
  let done = false
  const ended = examining.finally(() => {
    done = true
  })
  ended.catch(() => undefined)
  while (!done) await device.clock.advance(1)
  stop.abort()
  await running
  return ended
}
