import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type City, type Clock, type Random, seededRandom } from '@clearway/contracts'
import {
  AuditLog,
  type Config,
  Devices,
  Issuer,
  importStays,
  People,
  payHistory,
  Records,
  Sessions,
} from '@clearway/gateway'
import { heidelberg, loadCity } from '@clearway/routing'
import { demoDevices, historyOf, StayReplay } from '@clearway/simulators'
import { importNetwork } from './commands/import.ts'
import { setUpHospitals } from './demo-hospitals.ts'

/** One seed for the whole demo: the same streets see the same cars on every machine. */
export const demoSeed = 20261123
const historyDays = 30
/** What is older was settled before the city came to us. */
const billedDays = 3
export const shippedMap = join(import.meta.dirname, '..', 'simulators', 'cities', 'heidelberg', 'heidelberg.osm.pbf')
const system = { name: 'system', roles: ['admin'] } as const

export interface DemoFiles {
  cityDir: string
  /** Tokens by device id, readable by their owner only. */
  credentialsFile: string
  outboxDir: string
  /** What the gates' cameras photograph. */
  pictureDir: string
}

export const demoFiles = (dataDir: string): DemoFiles => ({
  cityDir: join(dataDir, 'city'),
  credentialsFile: join(dataDir, 'demo', 'credentials.json'),
  outboxDir: join(dataDir, 'demo', 'outbox'),
  pictureDir: join(dataDir, 'demo', 'pictures'),
})

/**
 * What the demo needs before its processes start, made where it is missing: the city that ships, a credential for each
 * of its devices, and a month of stays. Every step is kept when it is done, so a start that was broken off is taken up.
 *
 * @param say told what takes a moment
 */
export async function prepareDemo(config: Config, clock: Clock, say: (text: string) => void): Promise<DemoFiles> {
  const files = demoFiles(config.dataDir)
  if (!existsSync(join(files.cityDir, 'city.json'))) {
    say('Importing Heidelberg from OpenStreetMap …')
    await importNetwork(shippedMap, heidelberg, config.dataDir)
  }
  // Its public half is what the signal agents go by.
  Issuer.open(config.dataDir)
  const { city } = await loadCity(files.cityDir)
  const records = Records.open(config.dataDir)
  try {
    provision(city, records, clock, files.credentialsFile)
    loadHistory(city, records, clock, files.outboxDir, say)
    setUpHospitals(city, records, clock)
  } finally {
    records.close()
  }
  return files
}

/** A credential for each device of the city that has none yet; a lost credentials file means new tokens for all. */
function provision(city: City, records: Records, clock: Clock, file: string): void {
  const devices = new Devices(records, clock)
  const wanted = demoDevices(city)
  const known = new Set(devices.list().flatMap((device) => (device.state === 'revoked' ? [] : [device.id])))
  const tokens: Record<string, string> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const missing = wanted.filter(({ id }) => !known.has(id))
  const lost = wanted.filter(({ id }) => known.has(id) && !(id in tokens)).map(({ id }) => id)
  if (missing.length === 0 && lost.length === 0) return
  const fresh = records.transaction(() => {
    const audit = new AuditLog(records, clock)
    audit.record(system, 'demo.provision', city.district, { added: missing.length, rotated: lost.length })
    return [...devices.addAll(missing), ...devices.rotateAll(lost)]
  })
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.new`, JSON.stringify({ ...tokens, ...Object.fromEntries(fresh) }), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** The replay's cursor is written last: while it is missing, history has not been loaded to its end. */
function loadHistory(city: City, records: Records, clock: Clock, outboxDir: string, say: (text: string) => void): void {
  const cursorFile = join(outboxDir, 'replay.json')
  if (existsSync(cursorFile) || city.carParks.length === 0) return
  say(`Loading ${historyDays} days of recorded stays …`)
  const nowMs = clock.now()
  const replay = new StayReplay(city.carParks, city.timeZone, demoSeed)
  const history = historyOf(replay, nowMs - historyDays * 86_400_000, nowMs)
  const { stays } = importStays(records, history, { nowMs, billFromMs: nowMs - billedDays * 86_400_000 })
  const habits = seededRandom(demoSeed)
  const paid = payHistory(records, { nowMs, provider: 'sandbox', habitOf: (plate) => habitOf(habits, plate) })
  mkdirSync(outboxDir, { recursive: true })
  writeFileSync(cursorFile, JSON.stringify({ atMs: nowMs }))
  say(`Loaded ${stays} stays, ${paid} bills of which were paid`)
}

/** Seven of ten are debited, two pay by themselves, and one is what the dunning is for. */
function habitOf(habits: Random, plate: string): 'agreement' | 'next-day' | 'never' {
  const share = habits.fork(plate).next()
  return share < 0.7 ? 'agreement' : share < 0.9 ? 'next-day' : 'never'
}

/** @returns the password of `admin` when nobody existed yet; for the terminal, never for the log */
export async function firstAdministrator(config: Config, clock: Clock): Promise<string | undefined> {
  const records = Records.open(config.dataDir)
  try {
    return await new People(records, clock).addFirstAdministrator()
  } finally {
    records.close()
  }
}

/** A code that signs an administrator in once. */
export function signInCode(config: Config, clock: Clock): string {
  const records = Records.open(config.dataDir)
  try {
    const administrator = new People(records, clock).list().find(({ roles }) => roles.includes('admin'))
    return new Sessions(records, clock, config.sessions.hours, []).issueCode(administrator?.id ?? 'admin')
  } finally {
    records.close()
  }
}
