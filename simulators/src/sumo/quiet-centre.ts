import type { DeviceKind } from '@clearway/contracts'
import { type Identity, MemoryBroker, MemoryUplink, type Uplink } from '@clearway/edge'
import type { AdvisedRoad, Centre, CentreSurroundings, MissionOrder } from './centre.ts'

/** Nobody asks for anything: the junctions run their plans. */
export class QuietCentre implements Centre {
  readonly broker = new MemoryBroker()
  protected readonly surroundings: CentreSurroundings

  constructor(surroundings: CentreSurroundings) {
    this.surroundings = surroundings
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  uplink<K extends DeviceKind>(identity: Identity<K>): Uplink<K> {
    return new MemoryUplink(identity, this.broker, this.surroundings.clock, (fault) => {
      throw fault
    })
  }

  send(_: MissionOrder): Promise<void> {
    return Promise.resolve()
  }

  advice(): Promise<readonly AdvisedRoad[]> {
    return Promise.resolve([])
  }

  turn(): Promise<void> {
    return Promise.resolve()
  }

  take(): Promise<void> {
    return Promise.resolve()
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }
}
