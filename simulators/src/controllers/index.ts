import type { JunctionTable } from '@clearway/contracts'
import { NtcipDevice, type NtcipDeviceOptions } from './ntcip-device.ts'
import type { SoftController } from './soft-controller.ts'

export { runSoftController } from './run.ts'
export type { SoftController } from './soft-controller.ts'

type SoftControllerOptions = NtcipDeviceOptions

/** The soft controllers by protocol. */
export const softControllers: Readonly<
  Record<string, (table: JunctionTable, options: SoftControllerOptions) => SoftController>
> = {
  ntcip: (table, options) => new NtcipDevice(table, options),
}
