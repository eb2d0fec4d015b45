import { createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Device, ManualClock, type SignalRequest, signedText, toTimestamp } from '@clearway/contracts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DeviceDownlink } from '../../src/broker/downlink.ts'
import { Issuer, issuerFiles } from '../../src/signals/issuer.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'issuer-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const nowMs = Date.parse('2026-11-23T08:15:00Z')
const at = (s: number) => toTimestamp(nowMs + s * 1000)
const body = {
  request: 'r-1',
  type: 'new',
  sequence: 1,
  vehicle: 'amb-1',
  role: 'ambulance',
  importance: '1/4',
  approach: 'n',
  exit: 's',
  arrivalEarliest: at(20),
  arrivalLatest: at(30),
  leaseUntil: at(5),
  expiresAt: at(5),
}

/** What leaves for one device. */
async function sent(issuer: Issuer | undefined, channel: string, message: object) {
  const leaving: { topic: string; text: string }[] = []
  const kind = channel === 'request' ? 'signal' : 'sign'
  const device = { id: 'd-1', kind, district: 'lixia', state: 'offline' } as Device
  const send = async (topic: string, payload: Buffer) => {
    leaving.push({ topic, text: payload.toString() })
  }
  await new DeviceDownlink(() => device, send, new ManualClock(nowMs), issuer).send('d-1', channel, { ...message })
  const [{ topic, text } = { topic: '', text: '{}' }] = leaving
  return { topic, message: JSON.parse(text) as SignalRequest }
}

it('signs every request with the key of its data folder, id, time and topic included', async () => {
  const { topic, message } = await sent(Issuer.open(folder), 'request', body)
  const key = createPublicKey(readFileSync(issuerFiles(folder).publicKey))
  const signature = Buffer.from(message.signature as string, 'base64')
  expect(verify(null, Buffer.from(signedText(topic, message)), key, signature)).toBe(true)
  expect(verify(null, Buffer.from(signedText(topic, { ...message, id: 'other' })), key, signature)).toBe(false)
})

it('signs nothing else', async () => {
  const text = { text: { zh: '绕行', en: 'detour' }, until: at(60) }
  expect((await sent(Issuer.open(folder), 'message', text)).message).not.toHaveProperty('signature')
})

it('keeps its key over a restart, readable by its owner only', () => {
  const { publicKey } = Issuer.open(folder)
  expect(Issuer.open(folder).publicKey).toBe(publicKey)
  expect(statSync(issuerFiles(folder).key).mode & 0o777).toBe(0o600)
})

it('does not start with a key that is none, and names the file', () => {
  writeFileSync(issuerFiles(folder).key, 'nothing')
  expect(() => Issuer.open(folder)).toThrow(/issuer-key\.pem: issuer key is no private key in PEM.*remove it/)
})
