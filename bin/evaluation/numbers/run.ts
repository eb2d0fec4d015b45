/**
 * Measures the manager's figures over a loaded data folder, through a gateway of its own process; docs/metrics.md.
 *
 *   npx clearway generate parking --data DIR
 *   npm run eval:numbers -- --data DIR [--runs N] [--json OUT]
 *
 * Exit code 1 when the folder is not fit, 2 on wrong usage.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { ClearwayError, InputError, type LotMetrics, toTimestamp, WorldError } from '@clearway/contracts'
import { type GatewayProcess, startGateway } from './gateway-process.ts'
import { rawCurve } from './raw-stays.ts'

const dayMs = 86_400_000
const goalMs = 300

interface Measured {
  name: string
  path: string
  medianMs: number
  p95Ms: number
  /** Of the gateway for one answer, the other requests included: what is left on a machine with nothing else to do. */
  processorMs: number
  bytes: number
  /** The longest that another, trivial request waited meanwhile: what the event loop was held up, and the machine. */
  longestOtherMs: number
  goalMs?: number
}

class UsageError extends Error {}

function parsed() {
  try {
    const { values } = parseArgs({
      options: { data: { type: 'string' }, runs: { type: 'string', default: '20' }, json: { type: 'string' } },
    })
    const runs = Number(values.runs)
    if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs}: give a whole number from 1`)
    if (values.data === undefined) throw new Error('--data is missing: name a folder made by clearway generate parking')
    return { dataDir: values.data, runs, json: values.json }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** What is in the folder, and the last midnight of Shanghai that its stays reach. */
function contents(dataDir: string) {
  const file = join(dataDir, 'records.sqlite')
  if (!existsSync(file)) {
    const message = `${dataDir} holds no records.sqlite; make it with clearway generate parking --data ${dataDir}`
    throw new InputError('data', `--data ${message}`, [{ field: '--data', message }])
  }
  const db = new DatabaseSync(file, { readOnly: true })
  const one = (sql: string) => Number(Object.values(db.prepare(sql).get() as object)[0])
  const found = {
    lots: one('select count(*) from lot'),
    bays: one('select sum(capacity) from lot'),
    stays: one('select count(*) from stay'),
    quarters: one('select count(*) from lot_quarter'),
    newestMs: one('select max(anchor_ms) from stay'),
  }
  db.close()
  const midnightMs = Math.floor((found.newestMs + 8 * 3_600_000) / dayMs) * dayMs - 8 * 3_600_000
  return { ...found, toMs: found.newestMs - midnightMs > dayMs - 600_000 ? midnightMs + dayMs : midnightMs }
}

async function measure(gateway: GatewayProcess, name: string, path: string, runs: number): Promise<Measured> {
  await gateway.ask(path)
  const took: number[] = []
  let bytes = 0
  let longestOtherMs = 0
  let asking = true
  const other = (async () => {
    while (asking) {
      const begun = performance.now()
      await gateway.ask('/tariffs?limit=1')
      longestOtherMs = Math.max(longestOtherMs, performance.now() - begun)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  })()
  const usedMs = gateway.processorMs()
  for (let run = 0; run < runs; run++) {
    const begun = performance.now()
    bytes = (await gateway.ask(path)).length
    took.push(performance.now() - begun)
  }
  const processorMs = (gateway.processorMs() - usedMs) / runs
  asking = false
  await other
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(share * took.length))] as number
  return { name, path, medianMs: at(0.5), p95Ms: at(0.95), processorMs, bytes, longestOtherMs }
}

/** The same curve from the stays: how long it takes, and how far the gateway's answer is from it. */
async function compare(gateway: GatewayProcess, dataDir: string, fromMs: number, toMs: number, path: string) {
  const begun = performance.now()
  const raw = rawCurve(dataDir, fromMs, toMs)
  const tookMs = performance.now() - begun
  const { items } = JSON.parse((await gateway.ask(path)).toString()) as { items: LotMetrics[] }
  let compared = 0
  let furthest = 0
  for (const [i, { arrivals, occupancy, coverage, turnoverRate }] of items.entries()) {
    if (coverage < 1 || occupancy === null || arrivals === 0) continue
    compared++
    // Bays in service follow from arrivals and turnover, both of which the answer has.
    const bayMs = (arrivals / turnoverRate) * dayMs
    furthest = Math.max(
      furthest,
      Math.abs(occupancy - raw.occupiedMs[i]! / bayMs),
      Math.abs(arrivals - raw.arrivals[i]!),
    )
  }
  return { tookMs, stays: raw.stays, compared, furthest }
}

async function run(): Promise<void> {
  const { dataDir, runs, json } = parsed()
  const { toMs, newestMs: _, ...found } = contents(dataDir)
  console.error(`${JSON.stringify(found)}; the gateway starts …`)
  const gateway = await startGateway(dataDir)
  try {
    const window = (fromMs: number, untilMs: number, bucket: string) =>
      `from=${toTimestamp(fromMs)}&to=${toTimestamp(untilMs)}&bucket=${bucket}`
    const month = window(toMs - 30 * dayMs, toMs, '15m')
    const together = `/lots/metrics?${month}`
    const questions: [string, string, number?][] = [
      ['30 days, all lots together, 15 min', together, goalMs],
      ['30 days, every lot, 15 min, one figure (matrix)', `/lots/metrics/matrix?${month}&field=vacancyRate`, goalMs],
      ['30 days, readings of all lots together, 15 min', `/lots/readings?${month}`, goalMs],
      ['30 days, by district, 15 min', `/lots/metrics?${month}&by=district`],
      ['30 days, one district together, 15 min', `/lots/metrics?${month}&district=lixia`],
      ['1 day, every lot, 15 min, all figures', `/lots/metrics?${window(toMs - dayMs, toMs, '15m')}&by=lot`],
      ['30 days, every lot, one bucket, all figures', `/lots/metrics?${window(toMs - 30 * dayMs, toMs, 'all')}&by=lot`],
      ['30 days, hot spots of 500 m', `/lots/hot-spots?from=${toTimestamp(toMs - 30 * dayMs)}&to=${toTimestamp(toMs)}`],
      [
        '30 days beside the 30 before, by lot',
        `/lots/metrics/comparison?from=${toTimestamp(toMs - 30 * dayMs)}&to=${toTimestamp(toMs)}&by=lot`,
      ],
      ['a year, all lots together, by day', `/lots/metrics?${window(toMs - 365 * dayMs, toMs, '1d')}`],
    ]
    // The gateway has just started: what it does then is not what is measured.
    await gateway.ask(together)
    const rows: Measured[] = []
    for (const [name, path, goal] of questions) {
      rows.push({ ...(await measure(gateway, name, path, runs)), ...(goal !== undefined && { goalMs: goal }) })
      console.error(`${name}: ${rows.at(-1)?.medianMs.toFixed(0)} ms`)
    }
    const peer = await compare(gateway, dataDir, toMs - 30 * dayMs, toMs, together)
    const result = {
      machine: `${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
      ...found,
      runs,
      questions: rows,
      residentMiB: gateway.residentMiB(),
      fromStays: { ...peer, ratio: peer.tookMs / (rows[0] as Measured).medianMs },
    }
    console.log(textOf(result))
    if (json !== undefined) write(json, result)
  } finally {
    await gateway.stop()
  }
}

interface Result {
  machine: string
  lots: number
  bays: number
  stays: number
  quarters: number
  runs: number
  questions: readonly Measured[]
  residentMiB: number
  fromStays: { tookMs: number; stays: number; compared: number; furthest: number; ratio: number }
}

function textOf({ machine, lots, bays, stays, quarters, runs, questions, residentMiB, fromStays }: Result): string {
  const whole = (value: number) => Math.round(value).toLocaleString('en')
  return [
    `${whole(lots)} lots, ${whole(bays)} bays, ${whole(stays)} stays, ${whole(quarters)} rollups; ${runs} runs; ${machine}`,
    '',
    '| question | median ms | p95 ms | processor ms | kB | longest other request ms | goal |',
    '| --- | ---: | ---: | ---: | ---: | ---: | --- |',
    ...questions.map(
      ({ name, medianMs, p95Ms, processorMs, bytes, longestOtherMs, goalMs: goal }) =>
        `| ${name} | ${whole(medianMs)} | ${whole(p95Ms)} | ${whole(processorMs)} | ${whole(bytes / 1000)} | ${whole(longestOtherMs)} | ${goal === undefined ? '' : `< ${goal} ${medianMs < goal ? '✓' : '✗'}`} |`,
    ),
    '',
    `Resident memory ${residentMiB} MiB. The first from ${whole(fromStays.stays)} stays: ${whole(fromStays.tookMs)} ms, ${fromStays.ratio.toFixed(1)} times as long;`,
    `${whole(fromStays.compared)} buckets compared, furthest apart ${fromStays.furthest.toExponential(1)}.`,
  ].join('\n')
}

function write(file: string, result: object): void {
  try {
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
  } catch (cause) {
    throw new WorldError('unwritable', `--json ${file} cannot be written: ${(cause as Error).message}`, cause)
  }
}

try {
  await run()
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof ClearwayError)) throw error
  console.error(`eval:numbers: ${error.message}`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
