import { groupsOf, type JunctionHarm, type JunctionTable, type PriorityRole, servedGroups } from '@clearway/contracts'
import { Counter, Histogram, type Registry } from 'prom-client'
import type { DetectorHistory } from '../signals/detector-history.ts'
import { harmOf } from './harm.ts'
import type { EndedCall } from './served-calls.ts'

const unknown: JunctionHarm = { wastedGreenS: null, sideDelayVehS: null, longestSideQueueM: null }

/** What a call cost the others, by the detectors `{junction}-{approach}`. An approach released in part counts as served. */
export function junctionHarm(
  call: EndedCall,
  table: JunctionTable | undefined,
  history: Pick<DetectorHistory, 'of'>,
): JunctionHarm {
  if (!table) return unknown
  const released = servedGroups(table, call)
  const heard = ({ id, lanes }: JunctionTable['approaches'][number]) => ({
    lanes,
    samples: history.of(`${table.id}-${id}`),
  })
  const served = table.approaches.find(({ id }) => id === call.approach)
  const others = table.approaches.filter(
    (approach) => approach !== served && !groupsOf(approach).some((group) => released.includes(group)),
  )
  return harmOf(call, served ? heard(served) : { lanes: 1, samples: [] }, others.map(heard), table.cycleS)
}

/** What `/metrics` says of the harm of pre-emptions, by the role of the vehicle. */
export function harmCounters(registry: Registry) {
  const registers = [registry]
  const labelNames = ['role'] as const
  const wasted = new Counter({
    name: 'clearway_green_channel_wasted_green_seconds_total',
    help: 'pre-emption green in which nobody crossed the stop line, where detectors were heard',
    ...{ labelNames, registers },
  })
  const sideDelay = new Histogram({
    name: 'clearway_green_channel_side_delay_vehicle_seconds',
    help: 'estimated delay of the approaches that were not served, by pre-emption, where detectors were heard',
    buckets: [0, 30, 100, 300, 1000, 3000, 10_000],
    ...{ labelNames, registers },
  })
  return {
    count(role: PriorityRole, { wastedGreenS, sideDelayVehS }: JunctionHarm): void {
      if (wastedGreenS !== null) wasted.inc({ role }, wastedGreenS)
      if (sideDelayVehS !== null) sideDelay.observe({ role }, sideDelayVehS)
    },
  }
}
export type HarmCounters = ReturnType<typeof harmCounters>
