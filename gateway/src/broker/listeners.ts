import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { WorldError } from '@clearway/contracts'
import type { IngestCounters } from '../ingest/counters.ts'
import { readTls } from '../tls-files.ts'

export interface ListenOptions {
  host: string
  /** 0 picks a free port. */
  port: number
  tls?: { port: number; certFile: string; keyFile: string; caFile?: string | undefined } | undefined
  connectionsPerAddress: number
}

/** A socket that was let in. */
export interface Arrival {
  socket: Socket
  address: string
  /** Common name of a client certificate that our authority signed. */
  certificateName?: string
}

/** The doors: plain and TLS listener, with a cap on the connections of one address. */
export class Listeners {
  readonly #options: ListenOptions
  readonly #counters: IngestCounters
  readonly #onArrival: (arrival: Arrival) => void
  readonly #perAddress = new Map<string, number>()
  readonly #sockets = new Set<Socket>()
  readonly #servers: Server[] = []
  port = 0
  tlsPort: number | undefined

  constructor(options: ListenOptions, counters: IngestCounters, onArrival: (arrival: Arrival) => void) {
    this.#options = options
    this.#counters = counters
    this.#onArrival = onArrival
  }

  async start(): Promise<void> {
    const { host, port, tls } = this.#options
    const plain = createServer((socket) => {
      if (this.#enter(socket)) this.#onArrival({ socket, address: socket.remoteAddress ?? '' })
    })
    this.port = await this.#listen(plain, host, port)
    if (!tls) return
    const secure = createTlsServer({
      ...readTls(tls, 'mqtt.tls'),
      requestCert: tls.caFile !== undefined,
      // A device without a certificate may still sign in by its token; an unknown certificate counts as none.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      handshakeTimeout: 10_000,
    })
    secure.on('connection', (socket) => this.#enter(socket))
    secure.on('secureConnection', (socket) => this.#onArrival(secureArrival(socket)))
    secure.on('tlsClientError', () => this.#counters.refused.inc({ reason: 'tls-handshake' }))
    this.tlsPort = await this.#listen(secure, host, tls.port)
  }

  /** Lets nobody in any more, lets `farewell` close the sessions, then cuts what is left. */
  async stop(farewell: () => Promise<void>): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)))
    await farewell()
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(closed)
  }

  #listen(server: Server, host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        const why =
          cause.code === 'EADDRINUSE'
            ? 'is in use; set mqtt.port to another one or 0'
            : `cannot be listened on: ${cause.message}; see mqtt.host and mqtt.port`
        reject(new WorldError('port-in-use', `MQTT port ${port} on ${host} ${why}`, cause))
      })
      server.listen({ host, port, backlog: 1024 }, () => {
        server.removeAllListeners('error')
        this.#servers.push(server)
        resolve((server.address() as AddressInfo).port)
      })
    })
  }

  #enter(socket: Socket): boolean {
    const address = socket.remoteAddress ?? ''
    const open = this.#perAddress.get(address) ?? 0
    if (open >= this.#options.connectionsPerAddress) {
      this.#counters.refused.inc({ reason: 'connections-per-address' })
      socket.destroy()
      return false
    }
    this.#perAddress.set(address, open + 1)
    this.#sockets.add(socket)
    this.#counters.connections.inc()
    socket.on('error', () => {
      // The guard around the socket reports it; before there is a guard, the close below is all that matters.
    })
    socket.once('close', () => {
      this.#sockets.delete(socket)
      this.#counters.connections.dec()
      const left = (this.#perAddress.get(address) ?? 1) - 1
      if (left > 0) this.#perAddress.set(address, left)
      else this.#perAddress.delete(address)
    })
    return true
  }
}

function secureArrival(socket: TLSSocket): Arrival {
  const address = socket.remoteAddress ?? ''
  const name = socket.authorized ? socket.getPeerCertificate().subject?.CN : undefined
  return typeof name === 'string' ? { socket, address, certificateName: name } : { socket, address }
}
