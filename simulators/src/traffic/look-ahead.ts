import { arcFlag } from '@clearway/routing'
import { brakeGapM, dawdledMps, driver, followSpeedMps, slowingSpeedMps, stopSpeedMps } from './krauss.ts'
import type { Aspect } from './signal-heads.ts'
import { arcAfter, exitRoomM, laneInto, type TrafficState } from './traffic-state.ts'
import { vehicleKind } from './vehicle-table.ts'

/** Drivers stop this far before the line. */
const STOP_BEFORE_M = 0.5
/** A gap in traffic with the right of way that is long enough to go, and what is taken after a long wait. */
const GAP_S = 3
const IMPATIENT_GAP_S = 1
const IMPATIENT_AFTER_S = 20
/** Who is slower than this is taken to wait. */
const WAITING_MPS = 0.3
/** A mission drives at least so fast where the road is free, whatever the sign of a yard says. */
const MISSION_LEAST_MPS = 25 / 3.6
/** An emergency vehicle squeezes past vehicles slower than this, and itself goes no faster while it does. */
const SQUEEZE_MPS = 5
/** Others keep a node without signals free for an emergency vehicle that arrives within this time. */
const KEEP_FREE_S = 5

/** Phase one of a step: every driver decides the speed of the next step from what everybody did in the last. */
export function planSpeeds(state: TrafficState): void {
  const { vehicles } = state
  keepNodesFree(state)
  for (let k = 0; k < vehicles.activeCount; k++) {
    const slot = vehicles.active[k]!
    const speed = vehicles.speedMps[slot]!
    const safe = safeSpeed(state, slot, speed)
    const slowest = Math.max(0, speed - driver.decelMps2 * state.stepS)
    const hardest = Math.max(0, speed - driver.emergencyDecelMps2 * state.stepS)
    const dawdled = dawdledMps(safe, vehicles.draw(slot), state.stepS)
    vehicles.plannedMps[slot] = Math.max(Math.min(slowest, safe), dawdled, hardest)
  }
}

/** What the driver would drive on an empty arc. A mission is not held to the walking pace of yards and courts. */
function wishedMps({ vehicles, network }: TrafficState, slot: number, arc: number): number {
  const wished = Math.min(network.speedMps[arc]! * vehicles.speedFactor[slot]!, vehicles.topSpeedMps[slot]!)
  return vehicles.kind[slot] === vehicleKind.emergency ? Math.max(wished, MISSION_LEAST_MPS) : wished
}

function safeSpeed(state: TrafficState, slot: number, speed: number): number {
  const { vehicles, network, stepS } = state
  const arc = vehicles.arc[slot]!
  const position = vehicles.positionM[slot]!
  let safe = Math.min(speed + driver.accelMps2 * stepS, wishedMps(state, slot, arc))
  const leader = vehicles.ahead[slot]!
  if (leader >= 0) safe = Math.min(safe, behind(state, slot, leader, speed))
  else vehicles.passing[slot] = 0

  const sight = brakeGapM(speed + driver.accelMps2 * stepS, stepS) + speed * (driver.tauS + stepS) + 15
  const route = vehicles.route[slot]!
  let distance = network.lengthM[arc]! - position
  let lane = vehicles.lane[slot]!
  const front = leader < 0
  let open = true
  vehicles.nextLane[slot] = -1
  for (let step = vehicles.routeStep[slot]!; ; step++) {
    const here = route[step]!
    const next = arcAfter(route, step)
    if (next < 0) {
      if (vehicles.stops[slot] === 1) {
        const end = distance - (network.lengthM[here]! - vehicles.endM[slot]!)
        safe = Math.min(safe, stopSpeedMps(Math.max(0, end), stepS))
      }
      break
    }
    if (distance > sight) break
    const movement = state.roadway.movements[state.roadway.movementIndex(here, next)]!
    const entry = Math.min(movement.speedMps, wishedMps(state, slot, next))
    if (entry < safe) safe = Math.min(safe, slowingSpeedMps(distance, entry, stepS))
    if (mustStop(state, slot, step, distance, speed, front && open)) {
      safe = Math.min(safe, stopSpeedMps(distance - STOP_BEFORE_M, stepS))
      break
    }
    // Who drives behind somebody looks past him too: he may turn off and leave a queue in sight that is too near.
    if (open) {
      const nextLane = laneInto(state, vehicles.kind[slot]!, here, lane, next, arcAfter(route, step + 1))
      if (here === arc && front) {
        vehicles.nextLane[slot] = nextLane
        safe = Math.min(safe, besideAndBefore(state, slot, nextLane, distance, speed))
      }
      const last = state.queues.back[nextLane]!
      if (last >= 0) {
        const gap = distance + vehicles.positionM[last]! - vehicles.lengthM[last]! - driver.minGapM
        safe = Math.min(safe, followSpeedMps(gap, vehicles.speedMps[last]!, stepS))
        open = false
      }
      lane = nextLane
    }
    distance += network.lengthM[next]!
  }
  return Math.max(0, safe)
}

/**
 * The speed behind the leader in the own lane. An emergency vehicle whose leader is nearly standing squeezes past at a
 * walking pace where there is a second lane or an oncoming one to give the width; it never passes a red for that.
 */
function behind(state: TrafficState, slot: number, leader: number, speed: number): number {
  const { vehicles, network, stepS } = state
  const gap = vehicles.positionM[leader]! - vehicles.lengthM[leader]! - driver.minGapM - vehicles.positionM[slot]!
  const leaderMps = vehicles.speedMps[leader]!
  if (vehicles.kind[slot] === vehicleKind.emergency && vehicles.kind[leader] === vehicleKind.car) {
    const arc = vehicles.arc[slot]!
    const wide = network.lanes[arc]! >= 2 || network.reverse[arc]! >= 0
    const slow = leaderMps < SQUEEZE_MPS && speed <= SQUEEZE_MPS + driver.accelMps2
    vehicles.passing[slot] = wide && (vehicles.passing[slot] === 1 || (slow && gap < driver.lengthM)) ? 1 : 0
    if (vehicles.passing[slot] === 1) return Math.max(SQUEEZE_MPS, leaderMps)
  } else {
    vehicles.passing[slot] = 0
  }
  // The one who is being passed waits until the emergency vehicle is clear of it.
  return gap < -driver.minGapM ? 0 : followSpeedMps(gap, leaderMps, stepS)
}

/** Who heads for the same lane behind the node and is nearer to it goes first, like a zip; so does a rear still here. */
function besideAndBefore(state: TrafficState, slot: number, nextLane: number, distance: number, speed: number): number {
  const { network, vehicles, queues, roadway, stepS } = state
  const arc = vehicles.arc[slot]!
  const lane = vehicles.lane[slot]!
  let safe = Number.POSITIVE_INFINITY
  const before = queues.lastOut[lane]!
  if (before >= 0 && vehicles.previousLane[before] === lane && vehicles.lane[before] !== nextLane) {
    const gap = distance + vehicles.positionM[before]! - vehicles.lengthM[before]! - driver.minGapM
    safe = followSpeedMps(gap, vehicles.speedMps[before]!, stepS)
  }
  if (distance > speed * (driver.tauS + 2 * stepS) + 15) return safe
  // Nobody brakes hard to let another in: there is time until the node.
  const easy = Math.max(0, speed - driver.decelMps2 * stepS)
  for (const other of roadway.into[network.head[arc]!]!) {
    for (let beside = roadway.laneStart[other]!; beside < roadway.laneStart[other + 1]!; beside++) {
      const rival = queues.front[beside]!
      if (beside === lane || rival < 0 || vehicles.nextLane[rival] !== nextLane) continue
      const lead = distance - (network.lengthM[other]! - vehicles.positionM[rival]!)
      if (lead < 0 || (lead === 0 && rival > slot)) continue
      const gap = lead - vehicles.lengthM[rival]! - driver.minGapM
      safe = Math.min(safe, Math.max(easy, followSpeedMps(gap, vehicles.speedMps[rival]!, stepS)))
    }
  }
  return safe
}

/** Whether the driver has to stop before the node at the end of `route[step]`, `distance` metres ahead. */
function mustStop(
  state: TrafficState,
  slot: number,
  step: number,
  distance: number,
  speed: number,
  front: boolean,
): boolean {
  const { network, vehicles, roadway, signals, stepS } = state
  const route = vehicles.route[slot]!
  const here = route[step]!
  const node = network.head[here]!
  const approach = network.approachOfArc[here]!
  const aspect: Aspect = approach < 0 ? 'yield' : signals.mayGo(approach, route[step + 1]!)
  if (aspect === 'stop') return true
  const slowest = Math.max(0, speed - driver.decelMps2 * stepS)
  const canStop = stopSpeedMps(distance - STOP_BEFORE_M, stepS) >= slowest
  if (!canStop) return false
  if (aspect === 'yellow') return true
  if (!front || (approach < 0 && !roadway.crossing[node])) return false
  if (vehicles.kind[slot] === vehicleKind.car) {
    const keeper = state.kept.get(node)
    if (approach < 0 && keeper !== undefined && keeper !== here) return true
  }
  const inside = (network.flags[here]! & arcFlag.inside) !== 0
  if (!inside && exitRoomM(state, slot, step) < vehicles.lengthM[slot]! + driver.minGapM) return true
  return yields(state, slot, step, distance, speed, aspect)
}

/** Whether somebody with the right of way arrives too soon to go first. Those who wait themselves are passed. */
function yields(
  state: TrafficState,
  slot: number,
  step: number,
  distance: number,
  speed: number,
  aspect: Aspect,
): boolean {
  const { network, vehicles, queues, roadway, rules, signals } = state
  const route = vehicles.route[slot]!
  const [here, next] = [route[step]!, route[step + 1]!]
  const m = roadway.movementIndex(here, next)
  const end = rules.yieldStart[m + 1]!
  let y = rules.yieldStart[m]!
  if (y === end || distance > speed * GAP_S + 5) return false
  // A green is the only one into its exit, but for left turns against oncoming traffic.
  if (aspect === 'go' && roadway.movements[m]!.turn !== 'left') return false
  let target = -1
  const hurried = vehicles.kind[slot] === vehicleKind.emergency || vehicles.standingS[slot]! > IMPATIENT_AFTER_S
  const gapS = hurried ? IMPATIENT_GAP_S : GAP_S
  for (; y < end; y++) {
    const theirs = roadway.movements[rules.yieldTo[y]!]!
    const approach = network.approachOfArc[theirs.from]!
    if (approach >= 0) {
      const shown = signals.mayGo(approach, theirs.to)
      if (shown === 'stop' || (shown === 'permitted' && aspect === 'go')) continue
    }
    if (theirs.to === next && target < 0) {
      target = laneInto(state, vehicles.kind[slot]!, here, vehicles.lane[slot]!, next, arcAfter(route, step + 1))
    }
    for (let lane = roadway.laneStart[theirs.from]!; lane < roadway.laneStart[theirs.from + 1]!; lane++) {
      const other = queues.front[lane]!
      if (other < 0 || vehicles.speedMps[other]! < WAITING_MPS) continue
      if (arcAfter(vehicles.route[other]!, vehicles.routeStep[other]!) !== theirs.to) continue
      // Both turn into the same road, each into a lane of its own.
      if (theirs.to === next && vehicles.nextLane[other]! >= 0 && vehicles.nextLane[other] !== target) continue
      const otherM = network.lengthM[theirs.from]! - vehicles.positionM[other]!
      if (otherM < vehicles.speedMps[other]! * gapS) return true
    }
  }
  return false
}

/** Marks the nodes that an emergency vehicle reaches soon. */
function keepNodesFree(state: TrafficState): void {
  const { vehicles, network, kept } = state
  kept.clear()
  for (let k = 0; k < vehicles.activeCount; k++) {
    const slot = vehicles.active[k]!
    if (vehicles.kind[slot] !== vehicleKind.emergency) continue
    const route = vehicles.route[slot]!
    let distance = -vehicles.positionM[slot]!
    for (let step = vehicles.routeStep[slot]!; step < route.length; step++) {
      distance += network.lengthM[route[step]!]!
      if (distance > vehicles.speedMps[slot]! * KEEP_FREE_S + 5) break
      if (network.approachOfArc[route[step]!]! >= 0) break
      kept.set(network.head[route[step]!]!, route[step]!)
    }
  }
}
