import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { type Clock, WorldError } from '@clearway/contracts'
import mqttPacket, { type Packet } from 'mqtt-packet'
import type { DeviceLine, DeviceSession } from './centre-link.ts'

/** Where to listen or to connect. */
export interface Address {
  host: string
  port: number
}

/**
 * A line to a broker that the device connects to in the broker's place: every byte passes on, and the packets are read
 * on their way. Passwords are not kept.
 */
export class TappedLine implements DeviceLine {
  readonly sessions: DeviceSession[] = []
  readonly readable: boolean
  readonly #broker: Address
  readonly #clock: Clock
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #cut = false
  #withholding = false

  /** @param readable false where the device speaks TLS with the broker: the bytes pass, and mean nothing here */
  constructor(broker: Address, readable: boolean, clock: Clock) {
    this.#broker = broker
    this.readable = readable
    this.#clock = clock
    this.#server = createServer((socket) => this.#accept(socket))
  }

  /**
   * @returns where it listens
   * @throws WorldError `listen` when the port cannot be had
   */
  async open({ host, port }: Address): Promise<Address> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening').catch((error: Error) => {
      throw new WorldError('listen', `cannot listen at ${host}:${port}: ${error.message}`, error)
    })
    return { host, port: (this.#server.address() as AddressInfo).port }
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#breakAll()
    await closed
  }

  cut(): void {
    this.#cut = true
    this.#breakAll()
  }

  mend(): void {
    this.#cut = false
  }

  withhold(on: boolean): void {
    this.#withholding = on
  }

  #breakAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #accept(device: Socket): void {
    const session: DeviceSession = {
      openedMs: this.#clock.now(),
      closedMs: undefined,
      connect: undefined,
      published: [],
      subscribed: [],
      delivered: [],
    }
    this.sessions.push(session)
    if (this.#cut) {
      session.closedMs = session.openedMs
      device.destroy()
      return
    }
    const broker = connect(this.#broker)
    for (const [socket, other] of [
      [device, broker],
      [broker, device],
    ] as const) {
      this.#sockets.add(socket)
      // What one end has said before it left still reaches the other. A broken socket closes, and that is all.
      socket.on('error', () => undefined)
      socket.once('close', () => {
        this.#sockets.delete(socket)
        session.closedMs ??= this.#clock.now()
        if (this.#cut) other.destroy()
        else other.end()
      })
    }
    if (this.readable) this.#tap(session, device, broker)
    else {
      device.pipe(broker)
      broker.pipe(device)
    }
  }

  #tap(session: DeviceSession, device: Socket, broker: Socket): void {
    const waiting = new Map<number, DeviceSession['delivered'][number]>()
    const up = mqttPacket.parser()
    let down = mqttPacket.parser()
    let protocolVersion = 4
    const handOn = (packet: Packet) => {
      if (this.#withholding && packet.cmd === 'puback') return
      if (packet.cmd === 'publish' && packet.qos > 0 && packet.messageId !== undefined) {
        const delivered = { atMs: this.#clock.now(), topic: packet.topic, acknowledgedMs: undefined }
        session.delivered.push(delivered)
        waiting.set(packet.messageId, delivered)
      }
      device.write(mqttPacket.generate(packet, { protocolVersion }))
    }
    up.on('packet', (packet) => {
      if (packet.cmd === 'connect') {
        protocolVersion = packet.protocolVersion ?? 4
        down = mqttPacket.parser({ protocolVersion })
        down.on('packet', handOn)
        down.on('error', () => broker.destroy())
      }
      this.#read(session, packet, waiting)
    })
    // What is no MQTT is for the broker to refuse.
    up.on('error', () => undefined)
    device.on('data', (bytes) => {
      up.parse(bytes)
      broker.write(bytes)
    })
    broker.on('data', (bytes) => down.parse(bytes))
  }

  #read(session: DeviceSession, packet: Packet, waiting: Map<number, DeviceSession['delivered'][number]>): void {
    const atMs = this.#clock.now()
    if (packet.cmd === 'connect') {
      const { clientId, username, protocolVersion = 4, will } = packet
      session.connect = {
        clientId,
        username,
        protocolVersion,
        will: will && {
          topic: will.topic,
          payload: Buffer.from(will.payload),
          qos: will.qos ?? 0,
          retain: will.retain === true,
        },
      }
    } else if (packet.cmd === 'publish') session.published.push({ atMs, topic: packet.topic })
    else if (packet.cmd === 'subscribe') session.subscribed.push(...packet.subscriptions)
    else if ((packet.cmd === 'puback' || packet.cmd === 'pubrec') && packet.messageId !== undefined) {
      const delivered = waiting.get(packet.messageId)
      if (delivered) delivered.acknowledgedMs = atMs
      waiting.delete(packet.messageId)
    }
  }
}
