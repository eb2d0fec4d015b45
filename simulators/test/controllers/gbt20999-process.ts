import { createInterface } from 'node:readline'
import { type JunctionTable, seededRandom } from '@clearway/contracts'
import type { Control } from '@clearway/edge'
import { Gbt20999Device, type Gbt20999Fault } from '../../src/controllers/gbt20999-device.ts'

/** One line of input. */
export interface Order {
  /** A new device with this table, in place of the one before. */
  table?: JunctionTable
  advanceS?: number
  fault?: Gbt20999Fault
  /** At the cabinet. */
  control?: Control
}

/**
 * The device in a process of its own, on a clock that moves only when it is told to. Every line of its input is one
 * order, answered by one line of what is shown and counted.
 */
let device: Gbt20999Device | undefined
let port = 0
let nowMs = Date.parse('2026-11-23T08:15:00Z')

async function obey({ table, advanceS = 0, fault, control }: Order): Promise<void> {
  if (table) {
    await device?.close()
    device = new Gbt20999Device(table, { random: seededRandom(7) })
    port = await device.listen(0, '127.0.0.1')
    device.step(nowMs, nowMs)
  }
  if (!device) throw new Error('the first order brings a table')
  if (fault) device.fault = fault
  if (control) device.setControl(control)
  for (let leftMs = Math.round(advanceS * 1000); leftMs > 0; leftMs -= 100) {
    nowMs += Math.min(100, leftMs)
    device.step(nowMs, nowMs)
  }
  const { display, heartbeatsAnswered, centreMode } = device
  console.log(JSON.stringify({ port, nowMs, display, heartbeatsAnswered, centreMode }))
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    void obey(JSON.parse(line) as Order)
  })
  .on('close', () => process.exit(0))
