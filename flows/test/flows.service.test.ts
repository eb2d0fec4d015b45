import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { buildNodes } from '../src/index.ts'
import { approachSign, dispatch, lot, roadSign } from './samples.ts'

const require = createRequire(import.meta.url)
const helper = require('node-red-node-test-helper')
const flows = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'flows.json'), 'utf8'))
const out = mkdtempSync(join(tmpdir(), 'clearway-flows-'))
let nodes: unknown[] = []

beforeAll(async () => {
  await buildNodes(out)
  helper.init(require.resolve('node-red'))
  // The two ends are replaced by Node-RED's own test helper nodes; the logic between them is the built one.
  nodes = [require(join(out, 'lot-guidance.js')), require(join(out, 'diversion.js'))]
  await new Promise<void>((resolve) => helper.startServer(resolve))
})
afterEach(() => helper.unload())
afterAll(async () => {
  await new Promise<void>((resolve) => helper.stopServer(resolve))
  rmSync(out, { recursive: true })
})

/** Loads the real flow file with both ends replaced and plays items into one tab. */
async function play(
  tab: string,
  items: { topic: string; payload: unknown }[],
): Promise<{ sign: string; payload: unknown }[]> {
  const ends = new Set(['clearway-stream', 'clearway-sign'])
  await helper.load(
    nodes,
    flows.map((node: { type: string }) => (ends.has(node.type) ? { ...node, type: 'helper' } : node)),
  )
  const inTab = (type: string) =>
    flows.find((node: { z?: string; type: string }) => node.z === tab && node.type === type).id
  const seen: { sign: string; payload: unknown }[] = []
  helper
    .getNode(inTab('clearway-sign'))
    .on('input', (message: { sign: string; payload: unknown }) => seen.push(message))
  for (const item of items) helper.getNode(inTab('clearway-stream')).send(item)
  await new Promise((resolve) => setTimeout(resolve, 50))
  return seen
}

it('announces a nearly full lot on its approach sign', async () => {
  const seen = await play('tab-lot-guidance', [
    { topic: 'signs', payload: approachSign },
    { topic: 'lots', payload: lot(50) },
    { topic: 'lots', payload: lot(93) },
  ])
  expect(seen.map(({ sign }) => sign)).toEqual(['sign-kaufhof'])
  expect(seen[0]?.payload).toMatchObject({ text: { zh: '考夫霍夫 车位将满 余7' } })
})

it('warns on the signs before an active green channel', async () => {
  const soon = new Date(Date.now() + 60_000).toISOString()
  const seen = await play('tab-diversion', [
    { topic: 'signs', payload: roadSign },
    { topic: 'dispatches', payload: dispatch({}, { arrivalAt: soon }) },
  ])
  expect(seen.map(({ sign }) => sign)).toEqual(['sign-west'])
  expect(seen[0]?.payload).toMatchObject({ symbol: 'green-channel' })
})
