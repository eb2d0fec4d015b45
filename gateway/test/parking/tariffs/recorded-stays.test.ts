import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it, onTestFinished } from 'vitest'
import { readRecordedLots, readRecordedStays } from '../../../eval/tariffs/recorded-stays.ts'
import { replayCharges } from '../../../eval/tariffs/replay.ts'
import { readTariffFolder } from '../../../src/parking/tariffs/tariff-file.ts'

function fileOf(name: string, content: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-eval-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

const header = 'lot,arrival,departure,cost_cny,status\n'

it('stays, lots and tariffs of elsewhere are replayed', () => {
  const rows = `${header}A,2026-11-23T08:00,2026-11-23T08:40,3.5,1\r\nA,2026-11-23T09:00,2026-11-23T09:10,0,1\nB,2026-11-23T09:00,2026-11-23T09:10,0,1\n`
  const stays = readRecordedStays(fileOf('s.csv.gz', gzipSync(rows)))
  const lots = readRecordedLots(fileOf('l.csv', 'lot,declared_bays,place,tariff\nA,4,"here, there",mine\n'))
  const tariff =
    'name: { en: mine }\nfree: { withinMin: 15 }\nfirst: { untilMin: 30, amountFen: 150 }\nfurther: { everyMin: 30, amountFen: 200 }\ncapPer24hFen: 4000\n'
  const folder = join(fileOf('mine.yaml', tariff), '..')
  const { lots: rated, left, mismatches } = replayCharges(stays, lots, readTariffFolder(folder))
  expect(rated).toMatchObject([{ lot: 'A', tariff: 'mine', stays: 2, exactShare: 1, within1MinShare: 1 }])
  expect(left).toEqual([{ lot: 'B', stays: 1, reason: 'the lot is not in the file of lots' }])
  expect(mismatches).toEqual([])
})

it.each([
  ['lot,arrival,departure\n', /line 1: cost_cny is missing from the header/],
  [`${header}A,yesterday,2026-11-23T08:40,3.5,1\n`, /line 2: arrival "yesterday" is no time; give one like/],
  [`${header}A,2026-02-30T08:00,2026-11-23T08:40,3.5,1\n`, /line 2: arrival "2026-02-30T08:00" is no time/],
  [`${header}A,2026-11-23T08:50,2026-11-23T08:40,3.5,1\n`, /line 2: departure "2026-11-23T08:40" is before arrival/],
  [`${header}A,2026-11-23T08:00,2026-11-23T08:40,-3,1\n`, /line 2: cost_cny "-3" is no amount in yuan/],
  [`${header}A,2026-11-23T08:00,2026-11-23T08:40\n`, /line 2: \(row\) has 3 fields, the header 5/],
  [`${header},2026-11-23T08:00,2026-11-23T08:40,3,1\n`, /line 2: lot "" is empty/],
])('a file of stays is refused, naming line, field and value: %j', (content, message) =>
  expect(() => readRecordedStays(fileOf('s.csv', content))).toThrow(message),
)

it('a file of lots is refused, naming line, field and value; one that is absent too', () => {
  expect(() => readRecordedLots(fileOf('l.csv', 'lot,declared_bays\nA,-4\n'))).toThrow(
    /line 2: declared_bays "-4" is no number of bays/,
  )
  expect(() => readRecordedLots('absent.csv')).toThrow(/absent\.csv cannot be read/)
})

it('a folder of tariffs is refused, naming file, field and value', () => {
  const folder = join(fileOf('mine.yaml', 'name: { en: mine }\nfurther: { everyMin: 0, amountFen: 1 }\n'), '..')
  expect(() => readTariffFolder(folder)).toThrow(/mine\.yaml: further\.everyMin must be >= 1, got 0/)
  expect(() => readTariffFolder('absent')).toThrow(/absent is no folder of tariffs/)
})
