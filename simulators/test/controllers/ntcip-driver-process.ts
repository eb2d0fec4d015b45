/**
 * A driver that calls one approach for ever, in a process that can be killed:
 * `node ntcip-driver-process.ts <settings as JSON> <approach> <speed>`. Prints the preempt state when it changes.
 */
import { NtcipController } from '@clearway/edge'
import { crossing } from '../../../edge/test/fixtures.ts'

const [, , settings = '', approach = '', speed = '1'] = process.argv
const driver = new NtcipController(crossing(), JSON.parse(settings), (fault) => console.log(fault.message))
let last: string | undefined
driver.start()
setInterval(() => {
  driver.step(Date.now(), performance.now() * Number(speed))
  driver.demand([{ approach, urgency: 1 }])
  const state = driver.report()?.preempt.state
  if (state !== last) console.log(state)
  last = state
}, 20)
