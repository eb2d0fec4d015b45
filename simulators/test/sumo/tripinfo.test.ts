import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readTripInfo } from '../../src/sumo/tripinfo.ts'

const folder = mkdtempSync(join(tmpdir(), 'clearway-tripinfo-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('reads what became of each vehicle', () => {
  const file = join(folder, 'tripinfo.xml')
  writeFileSync(
    file,
    '<tripinfos>\n<tripinfo id="f1" depart="3.00" departLane="a_0" departDelay="2.00" arrival="50.00" duration="47.00" waitingTime="9.00" waitingCount="2" timeLoss="12.50" vType="car"/>\n<tripinfo id="f2" depart="8.00" departDelay="0.00" arrival="-1.00" duration="40.00" waitingTime="0.00" waitingCount="0" timeLoss="1.00"/>\n</tripinfos>\n',
  )
  const trip = { departS: 3, departDelayS: 2, durationS: 47, timeLossS: 12.5, stops: 2, standingS: 9, arrived: true }
  const onTheWay = { departS: 8, departDelayS: 0, durationS: 40, timeLossS: 1, stops: 0, standingS: 0, arrived: false }
  expect(readTripInfo(file)).toEqual([
    { id: 'f1', ...trip },
    { id: 'f2', ...onTheWay },
  ])
})

it('says so when SUMO has left none', () => {
  expect(() => readTripInfo(join(folder, 'absent.xml'))).toThrow(/no record of the trips/)
})
