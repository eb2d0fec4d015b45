import { type JunctionTable, seededRandom } from '@clearway/contracts'
import { Gbt20999Device } from './gbt20999-device.ts'
import { NtcipDevice, type NtcipDeviceOptions } from './ntcip-device.ts'
import type { SoftController } from './soft-controller.ts'

export { runSoftController } from './run.ts'
export type { SoftController } from './soft-controller.ts'

type SoftControllerOptions = NtcipDeviceOptions

/** The soft controllers by protocol. */
export const softControllers: Readonly<
  Record<string, (table: JunctionTable, options: SoftControllerOptions) => SoftController>
> = {
  gbt20999: (table, { backupS }) => new Gbt20999Device(table, { backupS, random: seededRandom(1) }),
  ntcip: (table, options) => new NtcipDevice(table, options),
}
