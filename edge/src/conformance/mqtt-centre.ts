import { type Clock, compile, devicePrefix, SignalRequest, WorldError } from '@clearway/contracts'
import mqtt, { type MqttClient } from 'mqtt'
import type { Arrived, CentreLink, DeviceLine } from './centre-link.ts'

export interface MqttCentreOptions {
  /** `mqtt://host:port` or `mqtts://…` */
  url: string
  district: string
  device: string
  username?: string
  password?: string
  /** PEM text, for `mqtts:`. */
  ca?: string
  /** Signs requests, for devices that take no others. */
  sign?: ((topic: string, request: SignalRequest) => SignalRequest) | undefined
}

const request = compile(SignalRequest)

const connectTimeoutMs = 10_000

/** The centre's end over a real broker, MQTT 3.1.1. Whoever opens it closes it. */
export class MqttCentre implements CentreLink {
  readonly line?: DeviceLine
  readonly #client: MqttClient
  readonly #prefix: string
  readonly #clock: Clock
  #sign: MqttCentreOptions['sign']
  #fault: Error | undefined

  private constructor(client: MqttClient, prefix: string, clock: Clock, line: DeviceLine | undefined) {
    this.#client = client
    this.#prefix = prefix
    this.#clock = clock
    if (line) this.line = line
  }

  /**
   * @param line of the device, where it leads through the examiner
   * @throws WorldError `link` when the broker cannot be reached or refuses the centre
   */
  static async open(options: MqttCentreOptions, clock: Clock, line?: DeviceLine): Promise<MqttCentre> {
    const { url, district, device, username, password, ca } = options
    // A second try would hide a gap: what the device sent meanwhile was not seen.
    const client = mqtt.connect(url, {
      protocolVersion: 4,
      clean: true,
      clientId: `clearway-conform-${clock.now().toString(36)}`,
      reconnectPeriod: 0,
      connectTimeout: connectTimeoutMs,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { ca }),
    })
    const centre = new MqttCentre(client, devicePrefix({ district, kind: 'signal', device }), clock, line)
    centre.#sign = options.sign
    const fail = (detail: string, cause?: Error) => new WorldError('link', `broker at ${url}: ${detail}`, cause)
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve())
      client.once('error', (error) => reject(fail(error.message || error.name, error)))
      client.once('close', () => reject(fail('the connection was closed')))
    }).catch((error) => {
      client.end(true)
      throw error
    })
    client.on('error', (error) => {
      centre.#fault ??= fail(error.message, error)
    })
    client.on('close', () => {
      centre.#fault ??= fail('the connection of the centre was lost')
    })
    return centre
  }

  get fault(): Error | undefined {
    return this.#fault
  }

  onMessage(listener: (message: Arrived) => void): void {
    this.#client.on('message', (topic, payload, { qos, retain }) =>
      listener({ receivedMs: this.#clock.now(), topic, payload, qos, retained: retain }),
    )
  }

  async send(channel: string, payload: string | Buffer): Promise<void> {
    const topic = this.#prefix + channel
    await this.#client.publishAsync(topic, channel === 'request' ? this.#signed(topic, payload) : payload, { qos: 1 })
  }

  /** What is no request, as the garbage of the examination, goes out as it is. */
  #signed(topic: string, payload: string | Buffer): string | Buffer {
    if (!this.#sign || typeof payload !== 'string') return payload
    try {
      const body: unknown = JSON.parse(payload)
      return request.matches(body) ? JSON.stringify(this.#sign(topic, body)) : payload
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      return payload
    }
  }

  /** A broker hands out what it keeps at every SUBSCRIBE (MQTT 3.1.1, 3.8.4). */
  async askRetained(): Promise<void> {
    const topic = `${this.#prefix}#`
    const granted = await this.#client.subscribeAsync(topic, { qos: 1 })
    if (granted.some(({ qos }) => qos > 2)) throw new WorldError('link', `the broker refused the centre on ${topic}`)
  }

  async close(): Promise<void> {
    this.#client.removeAllListeners('close')
    await this.#client.endAsync()
  }
}
