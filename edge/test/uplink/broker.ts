import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { parseTopic } from '@clearway/contracts'
import { Aedes } from 'aedes'
import type { Arrival } from '../../src/index.ts'

/** A real broker that can be cut off and mended on the same port. */
export class TestBroker {
  readonly arrivals: Arrival[] = []
  readonly subscriptions: string[] = []
  refused = 0
  /** While set, nothing is acknowledged. */
  hold = false
  readonly #aedes: Aedes
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #port = 0

  constructor(aedes: Aedes) {
    this.#aedes = aedes
    aedes.authenticate = (client, name, password, done) => {
      const known = client?.id.startsWith(String(name)) === true && String(password) === `token of ${name}`
      if (!known) this.refused++
      done(null, known)
    }
    aedes.authorizePublish = (_client, packet, done) => {
      const { channel, ...identity } = parseTopic(packet.topic)
      const body = JSON.parse(String(packet.payload))
      this.arrivals.push({ identity, channel, body: packet.retain ? { ...body, retained: true } : body })
      if (!this.hold) done(null)
    }
    aedes.authorizeSubscribe = (_client, subscription, done) => {
      this.subscriptions.push(subscription.topic)
      done(null, subscription)
    }
  }

  static async open(): Promise<TestBroker> {
    const broker = new TestBroker(await Aedes.createBroker())
    await broker.mend()
    return broker
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`
  }

  send(topic: string, payload: string): void {
    this.#aedes.publish(
      { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: false, dup: false },
      () => undefined,
    )
  }

  async cut(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (!server) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  async mend(): Promise<void> {
    if (this.#server) return
    const server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      this.#aedes.handle(socket)
    })
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#server = server
    this.#port = (server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    await this.cut()
    await new Promise<void>((resolve) => this.#aedes.close(resolve))
  }
}
