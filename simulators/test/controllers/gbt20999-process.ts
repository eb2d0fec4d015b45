import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { type JunctionTable, seededRandom } from '@clearway/contracts'
import { Gbt20999Device, type Gbt20999Fault } from '../../src/controllers/gbt20999-device.ts'

/**
 * The device in a process of its own, on a clock that moves only when it is told to. Started with the file of its table;
 * prints its port. Every line of its input is one order, answered by one line of what is shown and counted.
 */
export interface Order {
  advanceS?: number
  fault?: Gbt20999Fault
}

const table = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as JunctionTable
const device = new Gbt20999Device(table, seededRandom(7))
let nowMs = Date.parse('2026-11-23T08:15:00Z')
const say = (value: object) => console.log(JSON.stringify(value))
say({ port: await device.listen(0, '127.0.0.1') })
device.step(nowMs, nowMs)
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { advanceS = 0, fault } = JSON.parse(line) as Order
    if (fault) device.fault = fault
    for (let leftMs = Math.round(advanceS * 1000); leftMs > 0; leftMs -= 100) {
      nowMs += Math.min(100, leftMs)
      device.step(nowMs, nowMs)
    }
    const { display, received, sent, heartbeatsAnswered, centreMode } = device
    say({ nowMs, display, received, sent, heartbeatsAnswered, centreMode })
  })
  .on('close', () => process.exit(0))
