import type { Control, Display } from '@clearway/edge'

/** A signal controller that is a program: it runs a junction and speaks its protocol at a port. */
export interface SoftController {
  /** What the street sees. */
  readonly display: Display
  /**
   * Opens the port.
   *
   * @param port 0: any that is free
   * @returns the port
   */
  listen(port: number, address: string): Promise<number>
  close(): void
  /** Runs the junction up to now. */
  step(nowMs: number, upMs: number): void
  /** At the cabinet: plan, a stage by hand, or flashing. @throws InputError `unknown-stage` */
  setControl(control: Control): void
  /** Settings with which the edge's driver reaches it. */
  settings(host: string, port: number): object
}
