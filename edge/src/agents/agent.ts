/** A device's own logic between its hardware and its uplink. Driven by `step`, so that one ticker drives hundreds. */
export interface Agent {
  /** Name for the log: the device id. */
  readonly device: string
  start(): void
  /**
   * Called at every tick.
   *
   * @param nowMs wall clock, which may be set
   * @param upMs steady time; where the clock cannot be set, as in a simulation, it may be left out
   */
  step(nowMs: number, upMs?: number): void
  /** Undoes `start`; resolves when the uplink is closed. */
  stop(): Promise<void>
}
