import { systemClock, toTimestamp } from '@clearway/contracts'
import { expect, it } from 'vitest'
import { type Arrival, MemoryBroker, MemoryUplink } from '../../src/index.ts'
import { uplinkSuite } from './uplink-suite.ts'

const identity = { district: 'lixia', kind: 'signal', device: 'j-1' } as const

uplinkSuite('an uplink in memory', async () => {
  const broker = new MemoryBroker()
  const arrivals: Arrival[] = []
  const faults: string[] = []
  broker.onArrival((arrival) => arrivals.push(arrival))
  const uplink = new MemoryUplink(identity, broker, systemClock, (fault) => faults.push(fault.message))
  return {
    uplink,
    arrivals,
    faults,
    send: (channel, body) => broker.send(identity, channel, body),
    cut: async () => uplink.cut(),
    mend: async () => uplink.start(),
    close: () => uplink.stop(),
  }
})

it('refuses an upward message that the contract does not allow', () => {
  const broker = new MemoryBroker()
  expect(() => broker.arrive(identity, 'response', JSON.stringify({ id: 'a', at: toTimestamp(0) }))).toThrow(
    /request is missing/,
  )
})
