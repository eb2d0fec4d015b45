import { once } from 'node:events'
import { connect } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

export interface PublishersJob {
  port: number
  connections: number
  messages: number
  /** Messages in flight on each connection. */
  window: number
  /** Makes the ids of this run its own. */
  run: string
  /** `token-of-…` each where not given. */
  tokens?: readonly string[]
}

const ascii = (value: string) => {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}

function packet(type: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  const length: number[] = []
  for (let left = body.length; ; ) {
    const byte = left & 0x7f
    left >>= 7
    length.push(left > 0 ? byte | 0x80 : byte)
    if (left === 0) break
  }
  return Buffer.concat([Buffer.from([type, ...length]), body])
}

/** Publishes as fast as acknowledgements come back. Speaks bare MQTT, so that the client costs next to nothing. */
async function publish(job: PublishersJob, connection: number): Promise<void> {
  const device = `bay-${connection}`
  const socket = connect(job.port, '127.0.0.1')
  socket.setNoDelay(true)
  await once(socket, 'connect')
  socket.write(
    packet(
      0x10,
      ascii('MQTT'),
      Buffer.from([4, 0xc2, 0, 0]),
      ascii(device),
      ascii(device),
      ascii(job.tokens?.[connection] ?? `token-of-${device}`),
    ),
  )
  const total = Math.floor(job.messages / job.connections)
  const topic = ascii(`clearway/v1/test/bay/${device}/occupancy`)
  const at = new Date().toISOString()
  let sent = 0
  const send = (count: number) => {
    const packets: Buffer[] = []
    for (; count > 0 && sent < total; count--, sent++) {
      const id = (sent % 65_535) + 1
      const body = `{"id":"${job.run}-${sent}","at":"${at}","occupied":${sent % 2 === 0}}`
      packets.push(packet(0x32, topic, Buffer.from([id >> 8, id & 0xff]), Buffer.from(body)))
    }
    if (packets.length > 0) socket.write(Buffer.concat(packets))
  }
  await new Promise<void>((resolve, reject) => {
    let bytes = 0
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      // CONNACK and PUBACK are both four bytes long.
      const before = Math.floor(bytes / 4)
      bytes += chunk.length
      const answers = Math.floor(bytes / 4)
      send(before === 0 ? job.window + answers - 1 : answers - before)
      if (answers - 1 >= total) resolve()
    })
    socket.on('close', () => reject(new Error(`the broker closed ${device} after ${Math.floor(bytes / 4)} answers`)))
  })
  socket.removeAllListeners('close')
  socket.destroy()
}

const job = workerData as PublishersJob
const began = performance.now()
await Promise.all(Array.from({ length: job.connections }, (_, connection) => publish(job, connection)))
parentPort?.postMessage(performance.now() - began)
