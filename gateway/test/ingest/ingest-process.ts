import { systemClock } from '@clearway/contracts'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createIngest } from '../../src/ingest/ingest.ts'
import { Records } from '../../src/records/records.ts'
import { KnownDevices } from './known-devices.ts'

/**
 * A gateway's ingest as a process of its own, to be killed: `ingest-process.ts {dataDir} [{options of a stock broker}]`.
 * Its one projection counts how often each message was applied. Prints its port as a line of JSON.
 */
const [dataDir = '', stockBroker] = process.argv.slice(2)
const records = Records.open(dataDir)
records.define('create table if not exists applied (id text primary key, times integer not null)')
const count = records.db.prepare('insert into applied values (?, 1) on conflict (id) do update set times = times + 1')
const ingest = createIngest({
  dataDir,
  broker: { host: '127.0.0.1', port: 0, connectionsPerAddress: 100, messagesPerSecond: 100_000 },
  externalBroker: stockBroker === undefined ? undefined : JSON.parse(stockBroker),
  clock: systemClock,
  log: pino({ level: 'warn' }, process.stderr),
  records,
  devices: new KnownDevices(...Array.from({ length: 8 }, (_, i) => [`bay-${i}`, 'bay'] as const)),
  registry: new Registry(),
})
ingest.project([
  {
    name: 'applied',
    channels: ['bay/occupancy'],
    apply(entries) {
      for (const { id } of entries) count.run(id)
    },
  },
])
await ingest.open()
await ingest.start()
console.log(JSON.stringify({ mqtt: ingest.mqttPort }))
