import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type ClearwayError, type JunctionTable, systemClock } from '@clearway/contracts'
import { type Display, Gbt20999Controller, type PreemptCall, type PriorityCall } from '@clearway/edge'
import { gbt20999SettingsOf } from '../../src/controllers/gbt20999-device.ts'
import type { Order } from './gbt20999-process.ts'

/** What the device says after an order. */
interface Seen {
  port: number
  nowMs: number
  display: Display
  heartbeatsAnswered: number
  centreMode?: number
}

const tickS = 0.5
/** A device that answers does so well within, also on a machine with other work; one that does not is hardly waited for. */
const patienceMs = { answering: 500, silent: 15 }
const silentFaults: readonly (string | undefined)[] = ['stall', 'garbage', 'checksum', 'own-sequence']

/** The process with the devices, one after the other. */
export class DeviceProcess {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor() {
    this.#child = spawn(process.execPath, [join(import.meta.dirname, 'gbt20999-process.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
  }

  async order(order: Order): Promise<Seen> {
    this.#child.stdin!.write(`${JSON.stringify(order)}\n`)
    return JSON.parse((await this.#lines.next()).value as string) as Seen
  }

  async close(): Promise<void> {
    this.#child.stdin!.end()
    if (this.#child.exitCode === null) await once(this.#child, 'exit')
  }
}

/** A device and the driver, in step: time passes for both only when a test lets it pass. */
export class Gbt20999Street {
  readonly link: Gbt20999Controller
  readonly faults: ClearwayError[] = []
  readonly #process: DeviceProcess
  demanded: { preempt: readonly PreemptCall[]; priority?: readonly PriorityCall[] } = { preempt: [] }
  seen: Seen
  /** Whether the driver gets answers that it takes. */
  answering = true

  private constructor(device: DeviceProcess, seen: Seen, table: JunctionTable, settings: object) {
    this.#process = device
    this.seen = seen
    this.link = new Gbt20999Controller(table, settings, {
      clock: systemClock,
      report: (fault) => this.faults.push(fault),
    })
    this.link.start()
  }

  /**
   * @param table what the driver knows
   * @param inDevice what the controller is programmed with
   * @param more settings of the driver
   */
  static async open(
    device: DeviceProcess,
    table: JunctionTable,
    inDevice = table,
    more: object = {},
  ): Promise<Gbt20999Street> {
    // Past start-up, in one stride.
    const seen = await device.order({ table: inDevice, advanceS: 30 })
    return new Gbt20999Street(device, seen, table, { ...gbt20999SettingsOf(table, '127.0.0.1', seen.port), ...more })
  }

  async order(order: Order): Promise<void> {
    if (order.fault) this.answering = !silentFaults.includes(order.fault)
    this.seen = await this.#process.order(order)
  }

  /** @returns seconds until `reached`, or undefined when it was not within `atMostS` */
  async until(reached: () => boolean, atMostS: number): Promise<number | undefined> {
    for (let passedS = 0; passedS <= atMostS; passedS += tickS) {
      if (reached()) return passedS
      await this.pass(tickS)
    }
    return undefined
  }

  async pass(durationS: number): Promise<void> {
    for (let leftS = durationS; leftS > 0; leftS -= tickS) {
      await this.order({ advanceS: tickS })
      const { nowMs } = this.seen
      this.link.demand(this.demanded.preempt, this.demanded.priority)
      this.link.step(nowMs, nowMs)
      const untilMs = performance.now() + (this.answering ? patienceMs.answering : patienceMs.silent)
      do await new Promise((resolve) => setImmediate(resolve))
      while (!this.link.traffic.idle && performance.now() < untilMs)
    }
  }

  get state(): string | undefined {
    return this.link.report()?.preempt.state
  }

  /** Of what was reported as wrong: the fields. */
  get fields(): string[] {
    return this.faults.flatMap(({ fields }) => fields.map(({ field }) => field))
  }
}
