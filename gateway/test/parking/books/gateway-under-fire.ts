import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { connectAsync, type MqttClient } from 'mqtt'

const program = fileURLToPath(new URL('../../../../bin/clearway.ts', import.meta.url))
const adminToken = 'the-token-of-the-operator'

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers are checked where they are used
  body: any
  /** An earlier attempt of the same request got no answer: it may have been done. */
  repeated: boolean
}

/** The real gateway as a process that is killed and started again over the same data, and how one speaks with it. */
export class GatewayUnderFire {
  readonly #dataDir: string
  #child: ChildProcess | undefined
  #ports: { http: number; mqtt: number } | undefined
  #up = Promise.withResolvers<void>()
  #gate: MqttClient | undefined
  #gateToken = ''
  kills = 0

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [program, 'gateway'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...{ PATH: process.env.PATH, CLEARWAY_DATA_DIR: this.#dataDir, CLEARWAY_SIMULATE: 'off' },
        ...{ CLEARWAY_HTTP_PORT: '0', CLEARWAY_MQTT_PORT: '0', CLEARWAY_ADMIN_TOKEN: adminToken },
        ...{ CLEARWAY_LOG_LEVEL: 'error' },
      },
    })
    this.#child = child
    for await (const line of createInterface({ input: child.stdout })) {
      const { event, ...ports } = JSON.parse(line)
      if (event !== 'listening') continue
      this.#ports = ports
      break
    }
    child.stdout.resume()
    if (this.#gateToken) await this.#connectGate()
    this.#up.resolve()
  }

  /** No farewell: whatever it was doing, it is gone. */
  async kill(): Promise<void> {
    this.#up = Promise.withResolvers()
    const child = this.#child as ChildProcess
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    this.kills++
    await gone
    this.#gate?.end(true)
    this.#gate = undefined
  }

  end(): void {
    this.#child?.kill('SIGKILL')
    this.#gate?.end(true)
  }

  /** Registers the one gate of the lot. */
  async addGate(id: string, lot: string): Promise<void> {
    const { body } = await this.ask('POST', 'devices', { id, kind: 'gate', district: 'lixia', lot })
    this.#gateToken = body.token
    this.#gateId = id
    await this.#connectGate()
  }
  #gateId = ''

  /** Asks until there is an answer, whatever happens to the gateway meanwhile. */
  async ask(method: string, path: string, body?: object, key?: string): Promise<Answer> {
    for (let attempt = 0; ; attempt++) {
      await this.#up.promise
      try {
        const answer = await fetch(`http://127.0.0.1:${this.#ports?.http}/api/v1/${path}`, {
          method,
          headers: {
            authorization: `Bearer ${adminToken}`,
            ...(body && { 'content-type': 'application/json' }),
            ...(key && { 'idempotency-key': key }),
          },
          ...(body && { body: JSON.stringify(body) }),
        })
        const text = await answer.text()
        return { status: answer.status, body: text === '' ? null : JSON.parse(text), repeated: attempt > 0 }
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }

  /** Sends a read until it is acknowledged: then it is on disk. */
  async read(body: { id: string; at: string; direction: 'in' | 'out'; plate: string }): Promise<void> {
    const payload = JSON.stringify({
      ...{ plateColour: 'blue', confidence: 0.98, vehicleClass: 'small' },
      ...body,
    })
    for (;;) {
      await this.#up.promise
      const gate = this.#gate
      if (gate) {
        const lost = new Promise<false>((resolve) => gate.once('close', () => resolve(false)))
        const sent = gate.publishAsync(`clearway/v1/lixia/gate/${this.#gateId}/read`, payload, { qos: 1 }).then(
          () => true,
          () => false,
        )
        if (await Promise.race([sent, lost])) return
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async #connectGate(): Promise<void> {
    const gate = await connectAsync(`mqtt://127.0.0.1:${this.#ports?.mqtt}`, {
      ...{ username: this.#gateId, password: this.#gateToken, clientId: this.#gateId, reconnectPeriod: 0 },
    })
    gate.setMaxListeners(0)
    gate.on('error', () => {
      // The gateway is killed on purpose.
    })
    this.#gate = gate
  }
}
