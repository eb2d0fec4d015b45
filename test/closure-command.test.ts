import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Closure, type Routes, systemClock } from '@clearway/contracts'
import { createGateway, createLog, type Gateway, loadConfig } from '@clearway/gateway'
import { heidelberg, importCity, saveCity } from '@clearway/routing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { clearwayProgram } from '../bin/program.ts'

const map = new URL('../simulators/cities/heidelberg/heidelberg.osm.pbf', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'clearway-closure-'))
const tokenFile = join(folder, 'token')
const printed: string[] = []
let gateway: Gateway
let url: string

async function started(): Promise<void> {
  const config = loadConfig({
    ...{ CLEARWAY_CONFIG: undefined, CLEARWAY_DATA_DIR: join(folder, 'data'), CLEARWAY_SIMULATE: 'off' },
    ...{ CLEARWAY_ADMIN_TOKEN: 'the-token-of-the-operator', CLEARWAY_HTTP_PORT: '0', CLEARWAY_MQTT_PORT: '0' },
  })
  gateway = await createGateway({ config, clock: systemClock, log: createLog('silent') })
  const { http } = await gateway.start()
  url = `http://127.0.0.1:${http}`
}

beforeAll(async () => {
  writeFileSync(tokenFile, 'the-token-of-the-operator')
  await saveCity(join(folder, 'data', 'city'), await importCity(map, heidelberg))
  await started()
}, 60_000)
afterAll(async () => {
  await gateway.stop()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  printed.length = 0
  vi.spyOn(console, 'log').mockImplementation((line) => void printed.push(line))
})
afterEach(() => void vi.restoreAllMocks())

const run = (...words: string[]) => {
  const program = clearwayProgram().exitOverride()
  for (const one of program.commands.flatMap((command) => [command, ...command.commands])) {
    one.exitOverride().configureOutput({ writeErr: () => undefined })
  }
  return program.parseAsync(['closure', ...words, '--url', url, '--token-file', tokenFile], { from: 'user' })
}

/** Through Bergheim, a kilometre from west to east. */
const ends = 'from=8.6760,49.4084&to=8.6893,49.4098'
const place = '8.6830,49.4087'

async function ask<T>(path: string): Promise<T> {
  const answer = await fetch(`${url}/api/v1${path}`, { headers: { authorization: 'Bearer the-token-of-the-operator' } })
  return (await answer.json()) as T
}
const way = async () => (await ask<Routes>(`/routes?${ends}`)).routes[0]!.geometry.coordinates

describe('clearway closure', () => {
  it('closes a street of a running gateway for routes, over a restart, until it is removed', async () => {
    const before = await way()
    const half = Math.floor(before.length / 2)
    const [[lonA, latA], [lonB, latB]] = [before[half - 1]!, before[half]!] as [[number, number], [number, number]]
    await run('add', '--at', `${(lonA + lonB) / 2},${(latA + latB) / 2}`, '--for', '2h', '--reason', 'burst pipe')
    const closure = JSON.parse(printed[0]!) as Closure
    expect(closure).toMatchObject({ id: 'closure-1', state: 'in-force', closedTo: 'everyone', reason: 'burst pipe' })
    expect(Date.parse(closure.until!) - Date.now()).toBeGreaterThan(7_100_000)
    const around = await way()
    expect(around).not.toEqual(before)
    // Nobody is led from one end of a closed line to the next point of it.
    const closed = closure.geometry.coordinates.flatMap((line) =>
      line.slice(1).map((point, i) => `${line[i]}>${point}`),
    )
    const driven = around.slice(1).flatMap((point, i) => [`${around[i]}>${point}`, `${point}>${around[i]}`])
    expect(closed.filter((step) => driven.includes(step))).toEqual([])

    await gateway.stop()
    await started()
    await vi.waitFor(async () => expect(await way()).toEqual(around), 10_000)
    await run('list')
    expect(JSON.parse(printed[1]!)).toMatchObject({ id: 'closure-1', streets: closure.streets })
    const { features } = await ask<{ features: { properties: { closedTo: string } }[] }>('/traffic')
    expect(new Set(features.map(({ properties }) => properties.closedTo))).toEqual(new Set(['everyone']))

    await run('remove', 'closure-1')
    expect(await way()).toEqual(before)
    const { items } = await ask<{ items: { action: string; actor: string }[] }>('/audit')
    expect(items.map(({ action }) => action)).toEqual(expect.arrayContaining(['closure.add', 'closure.end']))
  }, 60_000)

  it.each([
    [['add', '--at', '8.68'], 'longitude first'],
    [['add', '--at', place, '--for', 'soon'], 'A duration like'],
    [['add', '--at', place, '--until', '2026-11-23T08:00:00'], 'A time like'],
    [['add', '--at', place, '--for', '2h', '--until', '2030-11-23T08:00:00Z'], 'cannot be used with'],
    [['add', '--at', place, '--bearing', 'north'], 'Degrees from 0'],
    [['add', '--at', '20,10'], 'no road within 50 m'],
    [['remove', 'closure-99'], 'there is no closure "closure-99"'],
  ])('%j is refused: %s', async (words, message) => {
    await expect(run(...words)).rejects.toThrow(message)
  })
})
