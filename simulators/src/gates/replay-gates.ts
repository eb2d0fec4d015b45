import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { seededRandom } from '@clearway/contracts'
import type { Camera, PlateRead } from '@clearway/edge'
import { type GateEvent, gateEvents, type ReplayCursor, readBy, type StayReplay } from '../parking/index.ts'
import type { GatePictures } from './gate-pictures.ts'
import type { ReplayBays } from './replay-bays.ts'

/** What was missed for longer is not read any more: cameras keep a day. */
const LONGEST_GAP_MS = 24 * 3_600_000
/** Missed reads are handed out in portions, so that they do not crowd out what happens now. */
const PORTION = 200

export interface CameraSettings {
  /** Errors per character, 0–1; 0 if absent. */
  noise?: number | undefined
  /** Share of vehicles that pass unseen, 0–1; 0 if absent. */
  missed?: number | undefined
  /** Where photographs are kept; none are taken if absent. */
  pictures?: GatePictures | undefined
}

/** One camera, told by the replay what passes. */
export class ReplayCamera implements Camera {
  #listener: ((read: PlateRead) => void) | undefined
  readonly #gate: string
  readonly #noise: number
  readonly #missed: number
  readonly #pictures: GatePictures | undefined

  constructor(gate: string, { noise = 0, missed = 0, pictures }: CameraSettings) {
    this.#gate = gate
    this.#noise = noise
    this.#missed = missed
    this.#pictures = pictures
  }

  watch(listener: (read: PlateRead) => void): () => void {
    this.#listener = listener
    return () => {
      this.#listener = undefined
    }
  }

  see(event: GateEvent): void {
    const { id, atMs, direction, plate, plateColour, vehicleClass } = event
    // The same passage is read the same way however often it is handed out.
    const random = seededRandom(0).fork(`${this.#gate} ${id}`)
    if (random.fork('missed').next() < this.#missed) return
    const read = readBy(random, { plate, plateColour, vehicleClass }, this.#noise)
    const imageRef = this.#pictures?.take(this.#gate, event)
    this.#listener?.({ ...read, id, atMs, direction, ...(imageRef && { imageRef }) })
  }
}

/**
 * Replayed stays as they pass the gates. Where the replay stands is kept in a file: after a stop the reads that were
 * missed, of up to a day, come late and with their own times. A read that is handed out twice has the same id.
 */
export class ReplayGates {
  readonly #cameras = new Map<string, ReplayCamera>()
  readonly #replay: StayReplay
  readonly #cursorFile: string
  #events: Generator<GateEvent> | undefined
  #next: GateEvent | undefined
  #cursor: ReplayCursor | undefined
  readonly #cameraSettings: CameraSettings
  readonly #bays: ReplayBays | undefined

  /** @param cursorFile JSON of a `ReplayCursor`; made when absent */
  constructor(replay: StayReplay, cursorFile: string, cameraSettings: CameraSettings = {}, bays?: ReplayBays) {
    this.#replay = replay
    this.#cursorFile = cursorFile
    this.#cameraSettings = cameraSettings
    this.#bays = bays
  }

  /** The camera of gate `{lot}-{direction}`. */
  camera(gate: string): ReplayCamera {
    const camera = this.#cameras.get(gate) ?? new ReplayCamera(gate, this.#cameraSettings)
    this.#cameras.set(gate, camera)
    return camera
  }

  /**
   * Takes up the replay at the saved cursor, else at `fromMs`, in no case earlier than a day ago.
   *
   * @returns where it begins
   */
  resume(nowMs: number, fromMs = nowMs): ReplayCursor {
    this.#cameraSettings.pictures?.tidy(nowMs)
    const saved: ReplayCursor = existsSync(this.#cursorFile)
      ? JSON.parse(readFileSync(this.#cursorFile, 'utf8'))
      : { atMs: fromMs }
    const cursor = saved.atMs < nowMs - LONGEST_GAP_MS ? { atMs: nowMs - LONGEST_GAP_MS } : saved
    this.#events = gateEvents(this.#replay, cursor)
    this.#next = this.#events.next().value as GateEvent
    this.#cursor = cursor
    return cursor
  }

  /** Lets the cameras see what has passed by `nowMs`, a portion at most. @returns how many reads that were */
  step(nowMs: number): number {
    let seen = 0
    while (this.#events && this.#next && this.#next.atMs <= nowMs && seen < PORTION) {
      const { lot, direction, atMs, id } = this.#next
      this.#bays?.pass(this.#next)
      this.camera(`${lot}-${direction}`).see(this.#next)
      this.#cursor = { atMs, after: { lot, id } }
      this.#next = this.#events.next().value as GateEvent
      seen++
    }
    return seen
  }

  /** Keeps where the replay stands. What the cameras saw must be on stable storage before. */
  save(): void {
    if (!this.#cursor) return
    writeFileSync(`${this.#cursorFile}.new`, JSON.stringify(this.#cursor))
    renameSync(`${this.#cursorFile}.new`, this.#cursorFile)
  }
}
