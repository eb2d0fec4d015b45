import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import {
  type Check,
  type Clock,
  compile,
  fromTimestamp,
  GateRead,
  InputError,
  PeerError,
  VehiclePosition,
  WorldError,
} from '@clearway/contracts'
import { type Static, type TObject, type TSchema, Type } from 'typebox'
import type { BaySensor } from '../agents/bay-agent.ts'
import type { Detector } from '../agents/detector-agent.ts'
import type { Barrier, Camera } from '../agents/gate-agent.ts'
import type { SignFace } from '../agents/sign-agent.ts'
import type { Fix, Navigator, Receiver } from '../agents/vehicle-agent.ts'
import type { Report } from '../report.ts'

/**
 * The program of the hardware's maker, joined by two pipes: it writes one JSON object a line of what it sees and reads
 * one a line of what it shall do. A line that does not match is reported and skipped.
 */
export class JsonLines {
  readonly #output: Writable
  readonly #report: Report
  readonly #listeners = new Set<(line: unknown) => void>()

  constructor(input: Readable, output: Writable, report: Report) {
    this.#output = output
    this.#report = report
    createInterface({ input }).on('line', (line) => {
      if (line.trim() !== '') this.#take(line)
    })
    input.once('end', () => {
      report(new WorldError('pipe', 'the device program has closed its output: nothing more is seen; start both again'))
    })
  }

  /** Calls `listener` for every line that matches `schema`. */
  on<S extends TSchema>(schema: S, what: string, listener: (value: Static<S>) => void): () => void {
    const check: Check<Static<S>> = compile(schema)
    const checked = (line: unknown) => listener(check.require(line, what))
    this.#listeners.add(checked)
    return () => this.#listeners.delete(checked)
  }

  /** @throws WorldError `pipe` when nobody reads any more */
  async write(line: object): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#output.write(`${JSON.stringify(line)}\n`, (error) => {
        if (error) reject(new WorldError('pipe', `the device program does not read: ${error.message}`, error))
        else resolve()
      })
    })
  }

  /** For what nobody waits for: a failure is reported. */
  tell(line: object): void {
    this.write(line).catch((error: WorldError) => this.#report(error))
  }

  #take(text: string): void {
    try {
      const line: unknown = JSON.parse(text)
      for (const listener of this.#listeners) listener(line)
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof InputError)) throw error
      this.#report(new PeerError('device-line', `device program: ${error.message}`, [], error))
    }
  }
}

const strict = <T extends TObject>(schema: T): T => ({ ...schema, additionalProperties: false })

const { id, at, sequence: _sequence, bootId: _bootId, ...readFields } = GateRead.properties
const ReadLine = strict(Type.Object({ ...readFields, id: Type.Optional(id), at: Type.Optional(at) }))
const { id: _i, at: _a, sequence: _s, bootId: _b, ...fixFields } = VehiclePosition.properties
const FixLine = strict(Type.Object(fixFields))
const PassageLine = strict(
  Type.Object({
    speedMps: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    coveredS: Type.Number({ minimum: 0, description: 'how long this vehicle covered the detector' }),
    queueM: Type.Optional(Type.Number({ minimum: 0 })),
  }),
)
const BayLine = strict(Type.Object({ occupied: Type.Boolean() }))

/**
 * In: one line for each vehicle read, the body of `gate/read`, with the camera's own `id` where it repeats reads and its
 * own `at` where it kept them; without it a read counts as just made. Out: `{ action, text? }`.
 */
export const linesGate = (lines: JsonLines, clock: Clock): Camera & Barrier => ({
  watch: (listener) =>
    lines.on(ReadLine, 'gate line', ({ at, ...read }) =>
      listener({ atMs: at === undefined ? clock.now() : fromTimestamp(at), ...read }),
    ),
  act: (action, text) => lines.write({ action, ...(text === undefined ? {} : { text }) }),
})

/** In: one line for each vehicle that has left the detector. */
export function linesDetector(lines: JsonLines, clock: Clock): Detector {
  let sinceMs = clock.now()
  let speeds: number[] = []
  let coveredS = 0
  let count = 0
  let queueM: number | undefined
  lines.on(PassageLine, 'detector line', (passage) => {
    count++
    coveredS += passage.coveredS
    if (passage.speedMps !== undefined) speeds.push(passage.speedMps)
    queueM = passage.queueM ?? queueM
  })
  return {
    read(nowMs) {
      const periodS = Math.max(0.001, (nowMs - sinceMs) / 1000)
      const reading = {
        count,
        occupancy: Math.min(1, coveredS / periodS),
        ...(speeds.length === 0 ? {} : { speedMps: speeds.reduce((sum, speed) => sum + speed, 0) / speeds.length }),
        ...(queueM === undefined ? {} : { queueM }),
      }
      sinceMs = nowMs
      speeds = []
      coveredS = 0
      count = 0
      return reading
    },
  }
}

/** In: `{ occupied }` at every change. Free until the first line. */
export function linesBay(lines: JsonLines): BaySensor {
  let occupied = false
  lines.on(BayLine, 'bay line', (line) => {
    occupied = line.occupied
  })
  return { occupied: () => occupied }
}

/** Out: `{ text, symbol? }`, or `{ text: null }` for blank. */
export const linesSign = (lines: JsonLines): SignFace => ({
  show: (message) =>
    lines.tell(message === undefined ? { text: null } : { text: message.text, symbol: message.symbol }),
})

/** In: the newest fix, the body of `vehicle/position`. Out: the body of `vehicle/route`. */
export function linesVehicle(lines: JsonLines): Receiver & Navigator {
  let newest: Fix | undefined
  lines.on(FixLine, 'vehicle line', (fix) => {
    newest = fix
  })
  return {
    fix: () => {
      const fix = newest
      newest = undefined
      return fix
    },
    follow: (route) => lines.tell(route),
  }
}
