/** Runs `draw` at most once per animation frame, however often it is asked for. */
export class FrameGate {
  readonly #draw: () => void
  readonly #nextFrame: (call: () => void) => number
  readonly #cancel: (frame: number) => void
  #frame: number | undefined

  constructor(
    draw: () => void,
    nextFrame: (call: () => void) => number = (call) => requestAnimationFrame(call),
    cancel: (frame: number) => void = (frame) => cancelAnimationFrame(frame),
  ) {
    this.#draw = draw
    this.#nextFrame = nextFrame
    this.#cancel = cancel
  }

  ask(): void {
    this.#frame ??= this.#nextFrame(() => {
      this.#frame = undefined
      this.#draw()
    })
  }

  stop(): void {
    if (this.#frame !== undefined) this.#cancel(this.#frame)
    this.#frame = undefined
  }
}
