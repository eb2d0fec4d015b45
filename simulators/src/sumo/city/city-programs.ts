import type { JunctionTable, MovementState } from '@clearway/contracts'
import { isGreen, SimulatedController } from '@clearway/edge'
import {
  arrivalBearing,
  departureBearing,
  type RoadNetwork,
  type SumoPlan,
  type SumoSignal,
  turnDeg,
} from '@clearway/routing'
import { xml } from '../cityflow/plain-network.ts'
import { ORIGIN_MS } from '../origin.ts'

/** Controllers run so long before the first second that all are in their plans, as in a run. */
const WARM_UP_S = 3600
/** Who turns by less goes straight on and gives way to nobody that is green with him. */
const STRAIGHT_DEG = 30

/**
 * The plan of every junction as a fixed-time program of SUMO: what its controller shows in a cycle without calls, second
 * by second. People on foot are not in the network; while they walk, traffic is red.
 */
export function cityPrograms(junctions: readonly JunctionTable[], network: RoadNetwork, plan: SumoPlan): string {
  const programs = junctions.flatMap((table) => {
    const signal = plan.signals.get(table.id)!
    return signal.links.length > 0 ? [programOf(table, signal, network, plan)] : []
  })
  return xml('additional', programs)
}

function programOf(table: JunctionTable, signal: SumoSignal, network: RoadNetwork, plan: SumoPlan): string {
  const goesStraight = signal.links.map(({ fromEdge, toEdge }) => {
    const [from, to] = [plan.arcOf.get(fromEdge)!, plan.arcOf.get(toEdge)!]
    return Math.abs(turnDeg(arrivalBearing(network, from), departureBearing(network, to))) < STRAIGHT_DEG
  })
  const length = Math.max(...signal.links.map(({ linkIndex }) => linkIndex)) + 1
  const stateOf = (groups: Readonly<Record<string, MovementState>>): string => {
    const shown = signal.links.map(({ group }) => (group === undefined ? undefined : groups[group]))
    const released = new Set(signal.links.flatMap(({ approach }, i) => (isGreen(shown[i]) ? [approach] : [])))
    const letters = Array<string>(length).fill('r')
    for (const [i, { linkIndex }] of signal.links.entries()) {
      const state = shown[i]
      if (isGreen(state)) letters[linkIndex] = goesStraight[i] || released.size === 1 ? 'G' : 'g'
      else if (state === 'protected-clearance' || state === 'permissive-clearance') letters[linkIndex] = 'y'
    }
    return letters.join('')
  }
  const controller = new SimulatedController(table)
  for (let s = -WARM_UP_S; s < 0; s++) controller.step(ORIGIN_MS + s * 1000)
  const phases: { state: string; durationS: number }[] = []
  for (let s = 0; s < table.cycleS; s++) {
    controller.step(ORIGIN_MS + s * 1000)
    const state = stateOf(controller.display.groups)
    const last = phases.at(-1)
    if (last?.state === state) last.durationS++
    else phases.push({ state, durationS: 1 })
  }
  const lines = phases.map(({ state, durationS }) => `<phase duration="${durationS}" state="${state}"/>`)
  return `<tlLogic id="${signal.id}" type="static" programID="plan" offset="0">${lines.join('')}</tlLogic>`
}
