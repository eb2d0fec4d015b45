import { fromTimestamp, type SignMessage } from '@clearway/contracts'
import type { Uplink } from '../uplink/uplink.ts'
import type { Agent } from './agent.ts'

/** The lamp field of a variable-message sign. */
export interface SignFace {
  /** undefined: blank. */
  show(message: Pick<SignMessage, 'text' | 'symbol'> | undefined): void
}

/** Shows the newest message until its `until`, then nothing: an old diversion is worse than none. */
export class SignAgent implements Agent {
  readonly device: string
  readonly #uplink: Uplink<'sign'>
  readonly #face: SignFace
  #nowMs: number
  #shown: SignMessage | undefined
  #leave: (() => void) | undefined

  /** @param nowMs present time, until the first step */
  constructor(uplink: Uplink<'sign'>, face: SignFace, nowMs: number) {
    this.device = uplink.identity.device
    this.#uplink = uplink
    this.#face = face
    this.#nowMs = nowMs
  }

  start(): void {
    this.#face.show(undefined)
    this.#leave = this.#uplink.on('message', (message) => {
      // A message that was overtaken on its way does not bring the older text back.
      if (this.#shown && fromTimestamp(message.at) < fromTimestamp(this.#shown.at)) return
      this.#shown = message
      if (fromTimestamp(message.until) > this.#nowMs) this.#face.show(message)
      else this.#blank()
    })
    this.#uplink.start()
  }

  step(nowMs: number): void {
    this.#nowMs = nowMs
    if (this.#shown && fromTimestamp(this.#shown.until) <= nowMs) this.#blank()
  }

  async stop(): Promise<void> {
    this.#leave?.()
    this.#blank()
    await this.#uplink.stop()
  }

  #blank(): void {
    this.#shown = undefined
    this.#face.show(undefined)
  }
}
