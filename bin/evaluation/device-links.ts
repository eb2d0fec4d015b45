import { channelsOf, type DeviceKind, formatTopic, parseTopic, seededRandom, WorldError } from '@clearway/contracts'
import {
  type Identity,
  type IssuerKeys,
  MemoryBroker,
  MemoryUplink,
  MqttUplink,
  Outbox,
  type Report,
  type Uplink,
} from '@clearway/edge'
import type { InProcessBroker } from '@clearway/gateway'
import type { CentreSurroundings } from '@clearway/simulators'

/** How the devices of a lock-stepped run are connected with its gateway. */
export interface DeviceLinks {
  uplink<K extends DeviceKind>(identity: Identity<K>): Uplink<K>
  /** What was published so far comes before what is published from now on. */
  turn(): Promise<void>
  /** Resolves when everything has arrived, either way. */
  take(): Promise<void>
  close(): void
}

/** A message refused by an agent of a run is a fault of the run. */
const noFault: Report = (fault) => {
  throw fault
}

/** In memory: the order of publishing is that of arrival. */
export class MemoryLinks implements DeviceLinks {
  readonly #devices: InProcessBroker
  readonly #clock: CentreSurroundings['clock']
  readonly #memory = new MemoryBroker()
  /** Messages on their way to stable storage. */
  #arriving: Promise<void>[] = []

  constructor(devices: InProcessBroker, clock: CentreSurroundings['clock']) {
    this.#devices = devices
    this.#clock = clock
    this.#memory.onArrival(({ identity, channel, body }) => {
      const topic = formatTopic({ ...identity, channel })
      this.#arriving.push(devices.publish(identity.device, topic, Buffer.from(JSON.stringify(body))))
    })
  }

  uplink<K extends DeviceKind>(identity: Identity<K>): Uplink<K> {
    this.#devices.connect(identity.device, (channel, payload) => {
      this.#memory.send(identity, channel, JSON.parse(payload.toString('utf8')))
    })
    return new MemoryUplink(identity, this.#memory, this.#clock, noFault)
  }

  turn(): Promise<void> {
    return Promise.resolve()
  }

  async take(): Promise<void> {
    while (this.#arriving.length > 0) await Promise.all(this.#arriving.splice(0))
  }

  close(): void {}
}

const PATIENCE_MS = 60_000

/** Over MQTT and the gateway's own broker on the loopback address, one connection for each device. */
export class MqttLinks implements DeviceLinks {
  readonly #url: string
  readonly #tokens: ReadonlyMap<string, string>
  readonly #issuer: IssuerKeys
  readonly #outbox: Outbox
  readonly #clock: CentreSurroundings['clock']
  readonly #uplinks = new Map<string, { uplink: MqttUplink<DeviceKind>; started: boolean }>()
  /** Messages to devices that are connected: how many have left, and how many have arrived. */
  #sent = 0
  #received = 0
  #awaiting: (() => void) | undefined

  constructor(
    url: string,
    tokens: ReadonlyMap<string, string>,
    issuer: IssuerKeys,
    clock: CentreSurroundings['clock'],
  ) {
    this.#url = url
    this.#tokens = tokens
    this.#issuer = issuer
    this.#clock = clock
    this.#outbox = new Outbox(':memory:', clock, seededRandom(1), noFault)
  }

  /** The gateway says that a message leaves. */
  sent(topic: string): void {
    if (this.#uplinks.get(parseTopic(topic).device)?.uplink.connected) this.#sent++
  }

  uplink<K extends DeviceKind>(identity: Identity<K>): Uplink<K> {
    const { device, kind } = identity
    const options = { url: this.#url, token: this.#tokens.get(device)!, firmware: 'sumo', issuer: this.#issuer }
    const around = { outbox: this.#outbox, clock: this.#clock, random: seededRandom(1), report: noFault }
    const uplink = new MqttUplink(identity, options, around)
    const entry = { uplink: uplink as unknown as MqttUplink<DeviceKind>, started: false }
    this.#uplinks.set(device, entry)
    for (const channel of channelsOf(kind, 'gateway')) uplink.on(channel as never, () => this.#arrived())
    return {
      identity,
      get connected() {
        return uplink.connected
      },
      event: (channel, atMs, body, id) => uplink.event(channel, atMs, body, id),
      state: (channel, atMs, body) => uplink.state(channel, atMs, body),
      on: (channel, handler) => uplink.on(channel, handler),
      start() {
        entry.started = true
        uplink.start()
      },
      stop() {
        entry.started = false
        return uplink.stop()
      },
    }
  }

  async turn(): Promise<void> {
    await this.#settled()
  }

  async take(): Promise<void> {
    do {
      await this.#settled()
      if (this.#received < this.#sent) await this.#bounded(this.#allArrived())
    } while (this.#received < this.#sent)
    await this.#settled()
  }

  close(): void {
    this.#outbox.close()
  }

  #allArrived(): Promise<void> {
    return new Promise((resolve) => {
      this.#awaiting = resolve
    })
  }

  #arrived(): void {
    this.#received++
    if (this.#received < this.#sent) return
    this.#awaiting?.()
    this.#awaiting = undefined
  }

  async #settled(): Promise<void> {
    const waiting = [...this.#uplinks.values()].filter(({ started }) => started).map(({ uplink }) => uplink.settled())
    await this.#bounded(Promise.all(waiting))
  }

  /** A broker that has lost a message must not stop the run for good. */
  async #bounded(work: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const enough = new Promise((_, reject) => {
      const error = new WorldError('evaluation-mqtt', `messages have not arrived for ${PATIENCE_MS / 1000} s`)
      timer = setTimeout(() => reject(error), PATIENCE_MS)
    })
    try {
      await Promise.race([work, enough])
    } finally {
      clearTimeout(timer)
    }
  }
}
