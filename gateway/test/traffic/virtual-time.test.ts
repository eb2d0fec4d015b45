import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock } from '@clearway/contracts'
import { heidelberg, importCity, saveCity } from '@clearway/routing'
import { expect, it } from 'vitest'
import { InProcessBroker } from '../../src/broker/in-process-broker.ts'
import { loadConfig } from '../../src/config.ts'
import { createGateway } from '../../src/gateway.ts'
import { createLog } from '../../src/log.ts'

const map = new URL('../../../simulators/cities/heidelberg/heidelberg.osm.pbf', import.meta.url).pathname
const token = 'the-token-of-the-operator'

it('in virtual time conditions are in force in the second that they are of, however slow the machine is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-virtual-'))
  await saveCity(join(folder, 'city'), await importCity(map, heidelberg))
  const config = loadConfig({
    ...{ CLEARWAY_DATA_DIR: folder, CLEARWAY_HTTP_PORT: '0', CLEARWAY_ADMIN_TOKEN: token, CLEARWAY_SIMULATE: 'off' },
  })
  const clock = new ManualClock(Date.parse('2026-01-05T12:00:00Z'))
  const gateway = await createGateway({ config, clock, log: createLog('error'), inProcess: new InProcessBroker() })
  await gateway.start()
  const epoch = async () => {
    const url = '/api/v1/routes?from=8.6724,49.4037&to=8.7001,49.4122'
    const answer = await gateway.app.inject({ url, headers: { authorization: `Bearer ${token}` } })
    return answer.json().routes[0].epoch as number
  }
  const before = await epoch()
  const epochs: number[] = []
  for (let minute = 0; minute < 3; minute++) {
    await clock.advance(60)
    epochs.push(await epoch())
  }
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })
  expect(epochs).toEqual([before + 1, before + 2, before + 3])
}, 60_000)
