import { type GateCommand, type PlateColour, type VehicleClass, WorldError } from '@clearway/contracts'
import type { Report } from '../report.ts'
import type { Uplink } from '../uplink/uplink.ts'
import type { Agent } from './agent.ts'

/** What a camera saw of one vehicle. */
export interface PlateRead {
  /** A camera that numbers its reads may repeat one after a restart: under its id it counts once. */
  id?: string
  atMs: number
  direction: 'in' | 'out'
  /** null: seen, not readable. */
  plate: string | null
  plateColour: PlateColour
  /** 0–1 */
  confidence: number
  vehicleClass: VehicleClass
  lane?: string
  imageRef?: string
}

export interface Camera {
  /** Calls `listener` once per vehicle and direction. @returns a function that ends the watch */
  watch(listener: (read: PlateRead) => void): () => void
}

export interface Barrier {
  /** @throws WorldError when the hardware does not obey */
  act(action: GateCommand['action'], text: string | undefined): Promise<void>
}

/** A command is known by its id at least as long as the gateway may repeat it. */
const rememberedCommands = 256

/** Plate reads up as events, commands down to the barrier, each once. */
export class GateAgent implements Agent {
  readonly device: string
  readonly #uplink: Uplink<'gate'>
  readonly #camera: Camera
  readonly #barrier: Barrier
  readonly #report: Report
  readonly #done = new Set<string>()
  #leave: (() => void)[] = []
  #acting: Promise<void> = Promise.resolve()

  constructor(uplink: Uplink<'gate'>, camera: Camera, barrier: Barrier, report: Report) {
    this.device = uplink.identity.device
    this.#uplink = uplink
    this.#camera = camera
    this.#barrier = barrier
    this.#report = report
  }

  start(): void {
    this.#leave = [
      this.#camera.watch(({ id, atMs, ...read }) => this.#uplink.event('read', atMs, read, id)),
      this.#uplink.on('command', (command) => this.#obey(command)),
    ]
    this.#uplink.start()
  }

  /** Nothing falls due by itself at a gate. */
  step(): void {}

  async stop(): Promise<void> {
    for (const leave of this.#leave) leave()
    await this.#acting
    await this.#uplink.stop()
  }

  #obey({ id, action, text }: GateCommand): void {
    if (this.#done.has(id)) return
    this.#done.add(id)
    for (const oldest of this.#done) {
      if (this.#done.size <= rememberedCommands) break
      this.#done.delete(oldest)
    }
    this.#acting = this.#acting.then(() =>
      this.#barrier.act(action, text).catch((error: Error) => {
        this.#report(new WorldError('barrier', `${this.device}: barrier did not ${action}: ${error.message}`, error))
      }),
    )
  }
}
