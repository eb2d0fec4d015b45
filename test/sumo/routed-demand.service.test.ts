import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readRoutedDemand } from '../../simulators/src/sumo/routed-demand.ts'
import { saturatedLane } from '../../simulators/src/sumo/saturated-lane.ts'
import { need } from '../debian-packages.ts'

const ready = need('netconvert') && need('duarouter')
const folder = mkdtempSync(join(tmpdir(), 'clearway-routed-'))
afterAll(() => rmSync(folder, { recursive: true }))

const written = (name: string, content: string) => {
  const demandFile = join(folder, name)
  writeFileSync(demandFile, `<routes><vType id="car" maxSpeed="9"/>${content}</routes>`)
  return demandFile
}

describe.skipIf(!ready)('a demand that leaves its routes open (needs duarouter)', () => {
  it('is driven along the ways of the empty network, flows vehicle by vehicle', async () => {
    const { netFile } = await saturatedLane(folder)
    const demandFile = written(
      'trips.rou.xml',
      `<trip id="1" type="car" depart="3" from="queue" to="away"/>
       <flow id="f" begin="5" end="15" number="2" from="queue" to="away"/>
       <vehicle id="2" depart="20"><route edges="away"/></vehicle>`,
    )
    const trips = await readRoutedDemand({ netFile, demandFile })
    expect(trips.map(({ id, departS, route }) => [id, departS, route])).toEqual([
      ['1', 3, ['queue', 'away']],
      ['f.0', 5, ['queue', 'away']],
      ['f.1', 10, ['queue', 'away']],
      ['2', 20, ['away']],
    ])
    expect(trips[0]!.topSpeedMps).toBe(9)
  })

  it('says what duarouter said where it can do nothing with it', async () => {
    const { netFile } = await saturatedLane(folder)
    const demandFile = written('broken.rou.xml', '<trip id="1" depart="soon" from="queue" to="away"/>')
    await expect(readRoutedDemand({ netFile, demandFile })).rejects.toThrow(
      /duarouter ended with \d+: .*departure time for vehicle '1'/s,
    )
  })
})
