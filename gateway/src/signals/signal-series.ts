import type { DetectorFlow, SignalState } from '@clearway/contracts'
import type { SeriesOutbox } from '../core.ts'
import type { Projection } from '../ingest/entry.ts'
import type { Point } from '../telemetry/store.ts'
import { flowVehPerH } from './detector-board.ts'

/** Codes of the series `signal_mode`, in the order of the contract. Appended to, never reordered. */
const signalModes = ['coordinated', 'preempted', 'recovering', 'manual', 'flash', 'dark'] as const

/**
 * Series made of what signals and detectors report: `signal_mode` (field `mode`, an index into `signalModes`, one point
 * a change) by junction, `detector_flow` by detector.
 */
export function signalSeries(series: SeriesOutbox, junctionOf: (device: string) => string): Projection {
  const lastMode = new Map<string, string>()
  return {
    name: 'signal-series',
    channels: ['signal/state', 'detector/flow'],
    apply(entries) {
      const points: Point[] = []
      for (const { kind, device, atMs, body } of entries) {
        if (kind === 'detector') {
          const flow = body as DetectorFlow
          const fields: Record<string, number> = { flowVehPerH: flowVehPerH(flow), occupancy: flow.occupancy }
          if (flow.speedMps !== undefined) fields.speedMps = flow.speedMps
          if (flow.queueM !== undefined) fields.queueM = flow.queueM
          points.push({ measurement: 'detector_flow', tags: { detector: device }, atMs, fields })
          continue
        }
        const { mode } = body as SignalState
        const junction = junctionOf(device)
        if (lastMode.get(junction) === mode) continue
        lastMode.set(junction, mode)
        points.push({
          measurement: 'signal_mode',
          tags: { junction },
          atMs,
          fields: { mode: signalModes.indexOf(mode) },
        })
      }
      if (points.length > 0) series.append(points)
    },
  }
}
