import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { SignSender } from '../nodes/clearway-sign/sign-sender.ts'
import { follow, readEvents } from '../nodes/clearway-stream/events.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function serve(
  handle: (request: IncomingMessage, body: string) => { status: number; text?: string },
): Promise<string> {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (bytes) => {
      body += bytes
    })
    request.on('end', () => {
      const { status, text } = handle(request, body)
      response.writeHead(status, { 'content-type': 'text/event-stream' }).end(text)
    })
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const event = { topic: 'lots', kind: 'delta', at: '2026-11-23T08:00:00.000Z', items: [{ id: 'a' }] }
const message = { text: { en: 'full' }, until: '2026-11-23T09:00:00.000Z' }
const nowMs = () => Date.parse('2026-11-23T08:00:00.000Z')

it('puts events together however the bytes are cut', async () => {
  const bytes = Buffer.from(`: hello\nid: 1\ndata: ${JSON.stringify(event)}\n\n`)
  for (const cut of [1, 7, 19, bytes.length]) {
    const seen: unknown[] = []
    const parts = async function* () {
      for (let at = 0; at < bytes.length; at += cut) yield bytes.subarray(at, at + cut)
    }
    await readEvents(parts(), (one) => seen.push(one))
    expect(seen).toEqual([event])
  }
})

it('comes back to the stream after the gateway was away', async () => {
  let calls = 0
  const url = await serve(() =>
    ++calls < 3 ? { status: 503 } : { status: 200, text: `data: ${JSON.stringify(event)}\n\n` },
  )
  const stop = new AbortController()
  const seen: unknown[] = []
  await follow({
    url,
    token: 't',
    topics: 'lots',
    stop: stop.signal,
    backOffMs: () => 1,
    onState: () => {},
    onEvent: (one) => {
      seen.push(one)
      stop.abort()
    },
  })
  expect(seen).toEqual([event])
  expect(calls).toBe(3)
})

it('keeps the newest message per sign until the gateway takes it', async () => {
  let up = false
  const posts: string[] = []
  const url = await serve((request, body) => {
    if (!up) return { status: 503 }
    posts.push(`${request.url} ${JSON.parse(body).text.en} ${request.headers.authorization}`)
    return { status: 201, text: '{}' }
  })
  const sender = new SignSender({
    url,
    token: 't',
    nowMs,
    retryMs: 5,
    onState: (state) => {
      if (state === 'waiting') up = true
    },
  })
  sender.send('s-1', { ...message, text: { en: 'old' } })
  sender.send('s-1', message)
  await sender.idle()
  expect(posts).toEqual(['/api/v1/signs/s-1/messages full Bearer t'])
})

it('reports and drops what the gateway refuses, and drops what has lapsed', async () => {
  const states: string[] = []
  let calls = 0
  const url = await serve(() => {
    calls++
    return { status: 400, text: '{"detail":"until is in the past"}' }
  })
  const sender = new SignSender({
    url,
    token: 't',
    nowMs,
    onState: (state, detail) => states.push(`${state} ${detail}`),
  })
  sender.send('s-1', message)
  sender.send('s-2', { ...message, until: '2026-11-23T07:00:00.000Z' })
  await sender.idle()
  expect(calls).toBe(1)
  expect(states).toEqual(['refused s-1: 400 until is in the past'])
})
