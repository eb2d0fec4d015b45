/** A device's own logic between its hardware and its uplink. Driven by `step`, so that one ticker drives hundreds. */
export interface Agent {
  /** Name for the log: the device id. */
  readonly device: string
  start(): void
  /** Called at every tick with the process's clock. */
  step(nowMs: number): void
  /** Undoes `start`; resolves when the uplink is closed. */
  stop(): Promise<void>
}
