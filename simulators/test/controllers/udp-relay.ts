import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type Random, seededRandom } from '@clearway/contracts'

/** What happens to a datagram on its way. Shares of 1; the delay in ms of the machine, drawn for each, so that they overtake. */
export interface Weather {
  loss?: number
  twice?: number
  delayMs?: [number, number]
  /** Rewrites an answer. */
  garble?: (answer: Buffer) => Buffer
}

/** A bad line between a client and a UDP server: it is given its weather, and the same seed brings the same weather. */
export class UdpRelay {
  weather: Weather = {}
  cut = false
  readonly #random: Random
  readonly #front = createSocket('udp4')
  readonly #back = createSocket('udp4')
  readonly #target: number
  #client: { port: number; address: string } | undefined
  #closed = false

  private constructor(target: number, seed: number) {
    this.#target = target
    this.#random = seededRandom(seed)
    this.#front.on('message', (datagram, from) => {
      this.#client = from
      this.#carry(datagram, this.#back, this.#target, '127.0.0.1')
    })
    this.#back.on('message', (datagram) => {
      const answer = this.weather.garble?.(datagram) ?? datagram
      if (this.#client) this.#carry(answer, this.#front, this.#client.port, this.#client.address)
    })
  }

  static async open(target: number, seed: number): Promise<UdpRelay> {
    const relay = new UdpRelay(target, seed)
    for (const socket of [relay.#front, relay.#back]) {
      socket.bind(0, '127.0.0.1')
      await once(socket, 'listening')
    }
    return relay
  }

  get port(): number {
    return this.#front.address().port
  }

  close(): void {
    this.#closed = true
    this.#front.close()
    this.#back.close()
  }

  #carry(datagram: Buffer, socket: Socket, port: number, address: string): void {
    const { loss = 0, twice = 0, delayMs = [0, 0] } = this.weather
    const times = this.#random.next() < twice ? 2 : 1
    for (let time = 0; time < times; time++) {
      if (this.cut || this.#random.next() < loss) continue
      const [least, most] = delayMs
      const waitMs = least + (most - least) * this.#random.next()
      const send = () => {
        if (!this.#closed) socket.send(datagram, port, address)
      }
      if (waitMs === 0) send()
      else setTimeout(send, waitMs)
    }
  }
}
