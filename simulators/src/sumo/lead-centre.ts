import { type SignalRequest, toTimestamp, type VehiclePosition } from '@clearway/contracts'
import { type AnswerJunction, type RouteLine, routeAlong, routeLine } from '@clearway/routing'
import type { CentreSurroundings, MissionOrder } from './centre.ts'
import { QuietCentre } from './quiet-centre.ts'
import { AMBULANCE_SPEED_FACTOR } from './run-files.ts'

/** A request is renewed every second and lapses after this. */
const LEASE_S = 5
/** The latest arrival that is told: longer than a controller holds. */
const HORIZON_S = 300

/** One vehicle under way. */
interface Drive {
  vehicle: string
  line: RouteLine
  /** Seconds of free driving from the start to each junction. */
  junctions: (AnswerJunction & { freeS: number; sequence: number; state: 'ahead' | 'asked' | 'passed' })[]
  /** Seconds of free driving to a distance from the start. */
  freeTo(offsetM: number): number
  progressM: number
}

/**
 * The naive controller: at each junction green is asked for a fixed time of free driving ahead, whatever the queue, and
 * given back when the vehicle has passed. It asks the same agents as the gateway does.
 */
export class LeadCentre extends QuietCentre {
  readonly #leadS: number
  readonly #drives = new Map<string, Drive>()
  #count = 0

  constructor(surroundings: CentreSurroundings, leadS: number) {
    super(surroundings)
    this.#leadS = leadS
    this.broker.onArrival(({ identity, channel, body }) => {
      if (identity.kind !== 'vehicle' || channel !== 'position') return
      const drive = this.#drives.get(identity.device)
      if (drive) this.#follow(drive, body as unknown as VehiclePosition)
    })
  }

  override send({ vehicle, arcs }: MissionOrder): Promise<void> {
    const { city, network } = this.surroundings.imported
    const route = routeAlong(network, arcs, { profile: 'ambulance', junctions: city.junctions })
    const arcEndS: number[] = []
    let freeS = 0
    for (const arc of arcs) {
      freeS += network.lengthM[arc]! / (network.speedMps[arc]! * AMBULANCE_SPEED_FACTOR)
      arcEndS.push(freeS)
    }
    const freeTo = (offsetM: number): number => {
      const at = route.arcEndM.findIndex((endM) => endM >= offsetM)
      if (at < 0) return freeS
      const [fromM, fromS] = at === 0 ? [0, 0] : [route.arcEndM[at - 1]!, arcEndS[at - 1]!]
      const share = (offsetM - fromM) / Math.max(1e-9, route.arcEndM[at]! - fromM)
      return fromS + share * (arcEndS[at]! - fromS)
    }
    const junctions = route.junctions.map((junction) => ({
      ...junction,
      ...{ freeS: freeTo(junction.offsetM), sequence: 0, state: 'ahead' as const },
    }))
    const line = routeLine(route.geometry, route.distanceM)
    this.#drives.set(vehicle, { vehicle, line, junctions, freeTo, progressM: 0 })
    return Promise.resolve()
  }

  #follow(drive: Drive, position: VehiclePosition): void {
    const { offsetM } = drive.line.nearest(position, drive.progressM - 20, drive.progressM + 100)
    drive.progressM = Math.max(drive.progressM, offsetM)
    const hereS = drive.freeTo(drive.progressM)
    for (const junction of drive.junctions) {
      if (junction.state === 'passed') continue
      if (drive.progressM >= junction.offsetM) {
        if (junction.state === 'asked') this.#ask(drive, junction, 'cancel', 0)
        junction.state = 'passed'
      } else if (junction.freeS - hereS <= this.#leadS) {
        this.#ask(drive, junction, junction.state === 'asked' ? 'update' : 'new', junction.freeS - hereS)
        junction.state = 'asked'
      }
    }
  }

  #ask(drive: Drive, junction: Drive['junctions'][number], type: SignalRequest['type'], aheadS: number): void {
    const nowMs = this.surroundings.clock.now()
    const { district } = this.surroundings.imported.city
    const until = toTimestamp(nowMs + LEASE_S * 1000)
    const request: SignalRequest = {
      ...{ id: `lead-${this.#count++}`, at: toTimestamp(nowMs), request: `${drive.vehicle}.${junction.junction}` },
      ...{ type, sequence: junction.sequence++, vehicle: drive.vehicle, role: 'ambulance', importance: '1/4' },
      ...{ approach: junction.approach, exit: junction.exit },
      arrivalEarliest: toTimestamp(nowMs + aheadS * 1000),
      arrivalLatest: toTimestamp(nowMs + HORIZON_S * 1000),
      ...{ leaseUntil: until, expiresAt: until },
    }
    this.broker.send({ district, kind: 'signal', device: junction.junction }, 'request', request)
  }
}
