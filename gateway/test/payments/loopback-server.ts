import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  method: string
  /** With its query. */
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Answered {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** Undefined: the connection is cut without an answer. */
type Handler = (asked: Asked) => Promise<Answered | undefined> | Answered | undefined

/** An HTTP server of one handler on a free port of the loopback address. */
export class LoopbackServer {
  readonly #server: Server
  url = ''

  constructor(handle: Handler) {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const { method = '', url = '', headers } = request
      send(response, await handle({ method, path: url, headers, body: Buffer.concat(chunks) }))
    })
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

function send(response: ServerResponse, answered: Answered | undefined): void {
  if (answered) response.writeHead(answered.status, answered.headers).end(answered.body)
  else response.destroy()
}
