import { type SignalRequest, toTimestamp } from '@clearway/contracts'
import { afterEach, describe, expect, it } from 'vitest'
import { MemoryBroker, MemoryUplink, SignalAgent, SimulatedController } from '../../src/index.ts'
import { crossing } from '../fixtures.ts'

const startMs = Date.parse('2026-11-23T08:15:00Z')
const identity = { district: 'lixia', kind: 'signal', device: 'j-1' } as const

/** What the gateway writes into its messages, the most that an agent believes, and the layers behind it, seconds. */
const leaseS = 5
const longestLeaseS = 10
const backupS = 15
const { maxPresenceS } = crossing().preempt
/** What has just turned green stays so long: the minimum dwell, or the minimum green where it is longer. */
const dwellS = 7
/** Green flash, yellow, all-red and the slowest part of the next greens. */
const exitS = 20

/** Who is still there to end a pre-emption. */
interface Layers {
  /** Renews every second, as the gateway does; `cancels` when it has had enough. */
  gateway: 'renews' | 'silent' | 'cancels' | 'claims an hour'
  agent: 'runs' | 'dead' | 'demands for ever'
  backupS: number
}

/** A gateway, an agent with its arbiter, and a cabinet; a pre-emption is in its dwell. */
class Rehearsal {
  readonly table = crossing()
  readonly cabinet: SimulatedController
  readonly #broker = new MemoryBroker()
  readonly #agent: SignalAgent
  readonly #layers: Layers = { gateway: 'renews', agent: 'runs', backupS }
  nowMs = startMs
  #sequence = 0

  constructor(backup: number) {
    this.cabinet = new SimulatedController(this.table, this.table, backup)
    const clock = { now: () => this.nowMs, wait: () => Promise.reject(new Error('nothing waits here')) }
    const uplink = new MemoryUplink(identity, this.#broker, clock, () => undefined)
    this.#agent = new SignalAgent(uplink, this.table, this.cabinet, this.nowMs)
    this.#agent.start()
    this.#pass(30)
    this.until(() => this.cabinet.report()?.preempt.state === 'dwell', 60)
  }

  remove(layers: Partial<Layers>): void {
    Object.assign(this.#layers, layers)
    if (layers.gateway === 'cancels') this.#send('cancel', leaseS)
    if (layers.gateway === 'claims an hour') this.#send('update', 3600)
  }

  stop(): Promise<void> {
    return this.#agent.stop()
  }

  /** @returns seconds until it was so */
  until(so: () => boolean, withinS: number): number {
    const fromMs = this.nowMs
    while (!so()) {
      if (this.nowMs - fromMs > withinS * 1000) throw new Error(`not within ${withinS} s`)
      this.#tick()
    }
    return (this.nowMs - fromMs) / 1000
  }

  #pass(seconds: number): void {
    for (let k = 0; k < seconds * 4; k++) this.#tick(false)
  }

  #tick(asks = true): void {
    this.nowMs += 250
    const { gateway, agent } = this.#layers
    if (asks && gateway === 'renews' && agent === 'runs' && this.nowMs % 1000 === 0) this.#send('update', leaseS)
    if (agent === 'runs') this.#agent.step(this.nowMs, this.nowMs)
    else this.cabinet.step(this.nowMs)
    if (agent === 'demands for ever') this.cabinet.demand([{ approach: 'e', urgency: 4 }])
  }

  #send(type: SignalRequest['type'], forS: number): void {
    const inS = (seconds: number) => toTimestamp(this.nowMs + seconds * 1000)
    this.#broker.send(identity, 'request', {
      ...{ id: `gw:${this.#sequence}`, at: inS(0), request: 'r-1', type, sequence: ++this.#sequence },
      ...{ vehicle: 'amb-1', role: 'ambulance', importance: '1/4', approach: 'e', exit: 'w' },
      ...{ arrivalEarliest: inS(20), arrivalLatest: inS(3600), leaseUntil: inS(forS), expiresAt: inS(forS) },
    })
  }
}

/**
 * Who ends a pre-emption when the layers before have failed, and after how long. Docs: docs/green-channel.md, What ends a
 * pre-emption.
 */
describe('a pre-emption ends', () => {
  let rehearsal: Rehearsal
  afterEach(() => rehearsal.stop())

  it.each<[string, Partial<Layers>, number]>([
    ['at once when the gateway cancels it', { gateway: 'cancels' }, 0],
    ['by the lease when the gateway falls silent', { gateway: 'silent' }, leaseS],
    ['by the agent’s own limit when a lease claims more', { gateway: 'claims an hour' }, longestLeaseS],
    ['by the backup timer of the controller when the agent is dead', { agent: 'dead' }, backupS],
    ['by the maximum presence when the agent never lets go', { agent: 'demands for ever' }, maxPresenceS],
    [
      'by the maximum presence when the agent is dead and the backup timer is off',
      { agent: 'dead', backupS: Number.POSITIVE_INFINITY },
      maxPresenceS,
    ],
  ])('%s', (_, removed, layerS) => {
    rehearsal = new Rehearsal(removed.backupS ?? backupS)
    const { cabinet, table } = rehearsal
    expect(cabinet.display.mode).toBe('preempted')
    rehearsal.remove(removed)
    const endedS = rehearsal.until(() => cabinet.display.mode !== 'preempted', layerS + dwellS + 1)
    // Not earlier either: it was this layer, less what the call had already been on for the maximum presence.
    const sinceCallS = layerS === maxPresenceS ? 30 : 1
    expect(endedS).toBeGreaterThanOrEqual(layerS - sinceCallS)
    rehearsal.until(() => cabinet.display.stage !== undefined, exitS)
    // It steers from its next stage on.
    rehearsal.until(() => cabinet.display.mode === 'coordinated', 4 * table.cycleS)
  })

  it('never while all layers hold and the vehicle is waited for', () => {
    rehearsal = new Rehearsal(backupS)
    const { cabinet } = rehearsal
    const heldS = rehearsal.until(() => cabinet.display.mode !== 'preempted', maxPresenceS + 10)
    expect(heldS).toBeGreaterThan(backupS + longestLeaseS)
  })
})
