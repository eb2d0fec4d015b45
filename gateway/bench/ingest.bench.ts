import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Device, systemClock } from '@clearway/contracts'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { Broker, type BrokerOptions, type DeviceCredentials } from '../src/broker/broker.ts'
import { admit } from '../src/ingest/admission.ts'
import { ingestCounters } from '../src/ingest/counters.ts'
import { createIngest } from '../src/ingest/ingest.ts'
import { type EntryRow, JournalFile } from '../src/ingest/journal-file.ts'
import { Records } from '../src/records/records.ts'
import type { PublishersJob } from './publishers-worker.ts'

const connections = 20
const rounds = 5
const log = pino({ level: 'silent' })
const options: BrokerOptions = {
  host: '127.0.0.1',
  port: 0,
  connectionsPerAddress: 100,
  messagesPerSecond: 1_000_000,
}
const devices: DeviceCredentials = {
  find: (id): Device => ({ id, kind: 'bay', district: 'test', state: 'online' }),
  authenticate: (id, token) => (token === `token-of-${id}` ? devices.find(id) : undefined),
}

/** Messages a second, acknowledged, from connections in a thread of their own. */
async function publish(port: number, messages: number, run: string): Promise<number> {
  const job: PublishersJob = { port, connections, messages, window: 100, run }
  const worker = new Worker(new URL('./publishers-worker.ts', import.meta.url), { workerData: job })
  const tookMs = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  return (messages / tookMs) * 1000
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Durable and plain rounds alternate on one machine state; the median of each counts. */
async function durableAgainstPlain(): Promise<ReturnType<typeof row>> {
  return inFolder(async (dataDir) => {
    const records = Records.open(dataDir)
    const ingest = createIngest({
      ...{ dataDir, broker: options, clock: systemClock, log, records, devices, registry: new Registry() },
    })
    await ingest.open()
    await ingest.start()
    const plain = new Broker(
      devices,
      ({ topic, topicText, payload }, done) => {
        const { admitted } = admit(topic, topicText, payload, systemClock.now())
        done(admitted ? undefined : new Error('the bench publishes what its own contract refuses'), {})
      },
      options,
      systemClock,
      log,
      ingestCounters(new Registry()),
    )
    await plain.open()
    await plain.start([])
    const [durable, bare]: [number[], number[]] = [[], []]
    for (let round = 0; round <= rounds; round++) {
      const [a, b] = [
        await publish(ingest.mqttPort, 40_000, `r${round}`),
        await publish(plain.port, 40_000, `r${round}`),
      ]
      // The first round warms up.
      if (round === 0) continue
      durable.push(a)
      bare.push(b)
    }
    await ingest.stop()
    await plain.stop()
    records.close()
    return row(
      'durable QoS 1 ingest, 20 connections',
      'msg/s',
      median(durable),
      'same broker and checks, no store',
      median(bare),
    )
  })
}

/** The commit itself, without a network: batches of 1,000 against one message a commit. */
async function groupAgainstSingle(): Promise<ReturnType<typeof row>> {
  return inFolder(async (dataDir) => {
    const file = new JournalFile(dataDir)
    let next = 0
    const entry = (): EntryRow => ({
      ...{ receivedMs: 1_795_000_000_000, atMs: 1_795_000_000_000, skewed: 0 },
      ...{ district: 'test', kind: 'bay', device: `bay-${next % connections}`, channel: 'occupancy' },
      id: `m-${next++}`,
      body: `{"id":"m-${next}","at":"2026-11-23T08:00:00.000Z","occupied":true}`,
    })
    const rate = (messages: number, batch: number) => {
      const began = performance.now()
      for (let done = 0; done < messages; done += batch) file.commit(Array.from({ length: batch }, entry))
      return (messages / (performance.now() - began)) * 1000
    }
    rate(5_000, 1_000)
    const [group, single]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      group.push(rate(20_000, 1_000))
      single.push(rate(500, 1))
    }
    file.close()
    return row('group commit of 1,000', 'msg/s', median(group), 'one commit a message', median(single))
  })
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number

const row = (name: string, unit: string, value: number, peer: string, peerValue: number) => ({
  ...{ name, unit, peer },
  value: Math.round(value),
  peerValue: Math.round(peerValue),
  ratio: Math.round((value / peerValue) * 100) / 100,
})

export async function bench() {
  return [await durableAgainstPlain(), await groupAgainstSingle()]
}
