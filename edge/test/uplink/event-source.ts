/** A process that is made to be killed: events without pause, each id printed once its event is on stable storage. */
import { writeSync } from 'node:fs'
import { seededRandom, systemClock } from '@clearway/contracts'
import { MqttUplink, Outbox } from '../../src/index.ts'

const [url, path] = process.argv.slice(2) as [string, string]
const report = () => undefined
const random = seededRandom(process.pid)
const outbox = new Outbox(path, systemClock, random, report)
const identity = { district: 'lixia', kind: 'signal', device: 'j-1' } as const
const options = { url, token: 'token of j-1', firmware: 'test' }
const uplink = new MqttUplink(identity, options, { outbox, clock: systemClock, random, report })
uplink.start()

let sequence = 0
setInterval(() => {
  const ids: string[] = []
  for (let n = 0; n < 3; n++) {
    ids.push(uplink.event('response', Date.now(), { request: 'r', sequence: sequence++, status: 'requested' }))
  }
  outbox.commit()
  writeSync(1, `${ids.join('\n')}\n`)
}, 2)
