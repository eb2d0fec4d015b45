import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type ClearwayError, type JunctionTable, systemClock } from '@clearway/contracts'
import { type Display, Gbt20999Controller, type PreemptCall, type PriorityCall } from '@clearway/edge'
import { gbt20999SettingsOf } from '../../src/controllers/gbt20999-device.ts'
import type { Order } from './gbt20999-process.ts'

/** What the device says after an order. */
interface Seen {
  nowMs: number
  display: Display
  received: number
  sent: number
  heartbeatsAnswered: number
  centreMode?: number
}

const tickS = 0.25
/** A device that answers does so well within; one that does not is waited for so long at every tick. */
const patienceMs = 15

/** A device process and the driver, in step: time passes for both only when a test lets it pass. */
export class Gbt20999Street {
  readonly link: Gbt20999Controller
  readonly faults: ClearwayError[] = []
  readonly #process: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #folder: string
  demanded: { preempt: readonly PreemptCall[]; priority?: readonly PriorityCall[] } = { preempt: [] }
  seen!: Seen

  private constructor(
    table: JunctionTable,
    settings: object,
    child: ChildProcess,
    lines: AsyncIterator<string>,
    folder: string,
  ) {
    this.#process = child
    this.#lines = lines
    this.#folder = folder
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
  static async open(table: JunctionTable, inDevice = table, more: object = {}): Promise<Gbt20999Street> {
    const folder = mkdtempSync(join(tmpdir(), 'gbt20999-'))
    const file = join(folder, 'table.json')
    writeFileSync(file, JSON.stringify(inDevice))
    const script = join(import.meta.dirname, 'gbt20999-process.ts')
    const child = spawn(process.execPath, [script, file], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
    const { port } = JSON.parse((await lines.next()).value as string) as { port: number }
    const settings = { ...gbt20999SettingsOf(table, '127.0.0.1', port), ...more }
    const street = new Gbt20999Street(table, settings, child, lines, folder)
    await street.order({})
    return street
  }

  async order(order: Order): Promise<Seen> {
    this.#process.stdin!.write(`${JSON.stringify(order)}\n`)
    this.seen = JSON.parse((await this.#lines.next()).value as string) as Seen
    return this.seen
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
      const { nowMs } = await this.order({ advanceS: tickS })
      this.link.demand(this.demanded.preempt, this.demanded.priority)
      this.link.step(nowMs, nowMs)
      const untilMs = performance.now() + patienceMs
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

  async close(): Promise<void> {
    await this.link.stop()
    this.#process.stdin!.end()
    if (this.#process.exitCode === null) await once(this.#process, 'exit')
    rmSync(this.#folder, { recursive: true })
  }
}
