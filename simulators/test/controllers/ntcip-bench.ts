import { type ClearwayError, type JunctionTable, type SignalResponse, toTimestamp } from '@clearway/contracts'
import { MemoryBroker, MemoryUplink, NtcipController, type NtcipSettings, SignalAgent } from '@clearway/edge'
import snmp from 'net-snmp'
import { NtcipDevice, type NtcipDeviceOptions } from '../../src/controllers/ntcip-device.ts'
import { UdpRelay } from './udp-relay.ts'

const startMs = Date.parse('2026-11-23T08:15:00Z')
const tickMs = 100
/** The machine's time for one tick: long enough for the datagrams of a tick on the loopback. */
const realTickMs = 2

const wholeSettings = (device: NtcipDevice, port: number): NtcipSettings =>
  ({ ...device.settings('127.0.0.1', port), timeoutS: 0.1, silenceS: 4 }) as NtcipSettings

/** A device, a line and a driver: the junction in virtual time, the datagrams on the loopback. */
export class NtcipBench {
  readonly table: JunctionTable
  readonly faults: ClearwayError[] = []
  device: NtcipDevice
  driver: NtcipController
  relay!: UdpRelay
  /** Steps the driver too; off is a driver that hangs or has been killed. */
  driving = true
  upMs = 0
  readonly #options: NtcipDeviceOptions
  #devicePort = 0
  #deviceUpMs = 0

  private constructor(table: JunctionTable, options: NtcipDeviceOptions) {
    this.table = table
    this.#options = { community: 'public', ...options }
    this.device = new NtcipDevice(table, this.#options)
    this.driver = undefined as unknown as NtcipController
  }

  static async open(
    table: JunctionTable,
    options: NtcipDeviceOptions = {},
    settings: (usual: NtcipSettings) => NtcipSettings = (usual) => usual,
    seed = 1,
  ): Promise<NtcipBench> {
    const bench = new NtcipBench(table, options)
    bench.device.step(startMs, 0)
    bench.#devicePort = await bench.device.listen(0, '127.0.0.1')
    bench.relay = await UdpRelay.open(bench.#devicePort, seed)
    bench.newDriver(settings)
    return bench
  }

  newDriver(settings: (usual: NtcipSettings) => NtcipSettings = (usual) => usual): void {
    const plan = settings(wholeSettings(this.device, this.relay.port))
    this.driver = new NtcipController(this.table, plan, (fault) => this.faults.push(fault))
    this.driver.start()
  }

  async close(): Promise<void> {
    await this.driver.stop()
    this.device.close()
    this.relay.close()
  }

  get preempt() {
    return this.driver.report()?.preempt
  }

  async tick(stepMs = tickMs): Promise<void> {
    this.upMs += stepMs
    this.device.step(startMs + this.upMs, this.upMs - this.#deviceUpMs)
    if (this.driving) this.driver.step(startMs + this.upMs, this.upMs)
    await new Promise((resolve) => setTimeout(resolve, realTickMs))
  }

  async pass(durationS: number): Promise<void> {
    for (const endMs = this.upMs + durationS * 1000; this.upMs < endMs; ) await this.tick()
  }

  /** @returns seconds until it is true @throws Error with the faults when it does not become true within the time */
  async until(picture: () => boolean, withinS: number, stepMs = tickMs): Promise<number> {
    const fromMs = this.upMs
    while (!picture()) {
      if (this.upMs - fromMs > withinS * 1000) {
        throw new Error(`not within ${withinS} s: ${picture}; ${JSON.stringify(this.driver.report()?.preempt)}
          ${this.faults.map(({ message }) => message).join('\n')}`)
      }
      await this.tick(stepMs)
    }
    return (this.upMs - fromMs) / 1000
  }

  /** The agent before this driver, which it steps from now on. `ask` sends one request with a lease of 10 s. */
  agent() {
    const identity = { district: 'lixia', kind: 'signal', device: this.table.id } as const
    const broker = new MemoryBroker()
    const clock = { now: () => this.nowMs, wait: () => Promise.reject(new Error('nothing waits here')) }
    const answers: SignalResponse['status'][] = []
    broker.onArrival(({ channel, body }) => {
      if (channel === 'response') answers.push((body as unknown as SignalResponse).status)
    })
    const agent = new SignalAgent(
      new MemoryUplink(identity, broker, clock, (fault) => this.faults.push(fault)),
      this.table,
      this.driver,
      this.nowMs,
    )
    agent.start()
    let sequence = 0
    const ask = (approach: string, exit: string) => {
      const at = (s: number) => toTimestamp(this.nowMs + s * 1000)
      broker.send(identity, 'request', {
        ...{ id: `gw:${sequence}`, at: at(0), request: 'r-1', type: 'new', sequence: sequence++, vehicle: 'amb-1' },
        ...{ role: 'ambulance', importance: '1/4', approach, exit },
        ...{ arrivalEarliest: at(20), arrivalLatest: at(40), leaseUntil: at(10), expiresAt: at(10) },
      })
    }
    return { agent, told: () => answers, ask }
  }

  get nowMs(): number {
    return startMs + this.upMs
  }

  /** Power off and on. */
  async restartDevice(): Promise<void> {
    this.device.close()
    this.#deviceUpMs = this.upMs
    this.device = new NtcipDevice(this.table, this.#options)
    this.device.step(startMs + this.upMs, 0)
    await this.device.listen(this.#devicePort, '127.0.0.1')
  }

  /** At the device itself, past the relay: as a programmer with a tool of his own. */
  async program(oid: string, value: number | Buffer): Promise<void> {
    const session = snmp.createSession('127.0.0.1', 'public', { port: this.#devicePort, version: snmp.Version2c })
    const type = Buffer.isBuffer(value) ? snmp.ObjectType.OctetString : snmp.ObjectType.Integer
    await new Promise<void>((resolve, reject) => {
      session.set([{ oid, type, value }], (error) => (error ? reject(error) : resolve()))
    })
    session.close()
  }

  async read(oid: string): Promise<unknown> {
    const session = snmp.createSession('127.0.0.1', 'public', { port: this.#devicePort, version: snmp.Version2c })
    try {
      return await new Promise((resolve, reject) => {
        session.get([oid], (error, varbinds) => (error ? reject(error) : resolve(varbinds?.[0]?.value)))
      })
    } finally {
      session.close()
    }
  }
}
