import type { Detectors } from './detectors.ts'
import { driver } from './krauss.ts'
import { arcAfter, laneInto, lanesOnward, roomM, type TrafficState } from './traffic-state.ts'
import { vehicleKind } from './vehicle-table.ts'

/** A vehicle that must not touch the one ahead keeps at least this. */
const TOUCH_M = 0.1
const STANDING_MPS = 0.1

/** What phase two reports to the simulator. */
export interface MovementEvents {
  detectors: Detectors
  /** The vehicle has reached the end of its route and is already out of its lane. */
  arrived(slot: number): void
  /** Two wanted the same room and one had to brake harder than it can: an imperfection of the model, kept rare. */
  stoppedHard(): void
  /** A vehicle crossed a stop line that showed red. */
  passedRed(): void
}

/** Phase two of a step: everybody moves by the planned speed, over nodes where the arc ends. */
export function moveVehicles(state: TrafficState, events: MovementEvents): void {
  const { vehicles, network, stepS } = state
  const crossing: number[] = []
  for (let k = 0; k < vehicles.activeCount; k++) {
    const slot = vehicles.active[k]!
    const speed = vehicles.plannedMps[slot]!
    vehicles.speedMps[slot] = speed
    vehicles.positionM[slot]! += speed * stepS
    vehicles.standingS[slot] = speed < STANDING_MPS ? vehicles.standingS[slot]! + stepS : 0
  }
  for (let k = 0; k < vehicles.activeCount; k++) {
    const slot = vehicles.active[k]!
    if (vehicles.passing[slot] === 1) overtake(state, slot)
  }
  for (let k = 0; k < vehicles.activeCount; k++) {
    const slot = vehicles.active[k]!
    if (vehicles.ahead[slot]! < 0 && vehicles.positionM[slot]! > network.lengthM[vehicles.arc[slot]!]!) {
      crossing.push(vehicles.lane[slot]!)
    }
  }
  // Who is farthest over its line takes its place first, as it would have in the course of the second.
  const beyondM = (lane: number): number => {
    const front = state.queues.front[lane]!
    return vehicles.positionM[front]! - network.lengthM[vehicles.arc[front]!]!
  }
  crossing.sort((a, b) => beyondM(b) - beyondM(a) || a - b)
  for (let next = 0; next < crossing.length; next++) {
    const lane = crossing[next]!
    for (;;) {
      const front = state.queues.front[lane]!
      if (front < 0 || vehicles.positionM[front]! <= network.lengthM[vehicles.arc[front]!]!) break
      const entered = cross(state, front, events)
      if (entered === 'held') break
      if (entered !== 'left' && state.queues.front[entered] === front) crossing.push(entered)
    }
  }
}

/** Puts an emergency vehicle ahead of whom it has passed. */
function overtake({ vehicles, queues }: TrafficState, slot: number): void {
  for (;;) {
    const passed = vehicles.ahead[slot]!
    if (passed < 0 || vehicles.positionM[slot]! <= vehicles.positionM[passed]!) return
    queues.remove(slot)
    queues.insertBehind(vehicles.lane[slot]!, slot, vehicles.ahead[passed]!)
  }
}

/** Takes the front of a lane over the node: the lane entered, `left` at the end of its route, `held` without room. */
function cross(state: TrafficState, slot: number, events: MovementEvents): number | 'left' | 'held' {
  const { vehicles, queues, network, signals, stepS } = state
  const arc = vehicles.arc[slot]!
  const lane = vehicles.lane[slot]!
  const lengthM = network.lengthM[arc]!
  const step = vehicles.routeStep[slot]!
  const route = vehicles.route[slot]!
  const next = arcAfter(route, step)
  if (next < 0) {
    queues.remove(slot)
    events.arrived(slot)
    return 'left'
  }
  const then = arcAfter(route, step + 1)
  const chosen = vehicles.nextLane[slot]!
  const kind = vehicles.kind[slot]!
  let target = chosen >= 0 ? chosen : laneInto(state, kind, arc, lane, next, then)
  let room = openRoomM(state, next, target)
  let position = vehicles.positionM[slot]! - lengthM
  if (position > room) {
    const { first, last } = lanesOnward(state, kind, next, then)
    for (let other = first; other <= last; other++) {
      if (openRoomM(state, next, other) <= room) continue
      target = other
      room = openRoomM(state, next, other)
    }
  }
  if (position > room) {
    const planned = vehicles.plannedMps[slot]!
    const held = room < 0
    const coveredM = planned * stepS - (position - Math.max(0, room))
    vehicles.speedMps[slot] = held ? 0 : Math.max(0, coveredM / stepS)
    if (planned - vehicles.speedMps[slot]! > driver.decelMps2 * stepS) events.stoppedHard()
    if (held) {
      hold(state, slot, lengthM)
      return 'held'
    }
    position = room
  }
  const approach = network.approachOfArc[arc]!
  if (approach >= 0) {
    if (signals.mayGo(approach, next) === 'stop') events.passedRed()
    events.detectors.crossed(approach, vehicles.speedMps[slot]!, vehicles.lengthM[slot]!)
  }
  queues.remove(slot)
  queues.append(target, slot)
  queues.lastOut[lane] = slot
  vehicles.previousLane[slot] = lane
  vehicles.nextLane[slot] = -1
  vehicles.passing[slot] = 0
  vehicles.arc[slot] = next
  vehicles.positionM[slot] = position
  vehicles.routeStep[slot] = step + 1
  return target
}

/** Free metres for a front bumper that enters the lane. */
const openRoomM = (state: TrafficState, arc: number, lane: number): number =>
  state.queues.back[lane]! < 0 ? Number.POSITIVE_INFINITY : roomM(state, arc, lane) - TOUCH_M

/** Stops the front of a lane at its end, and with it whoever would now touch it. */
function hold({ vehicles }: TrafficState, front: number, lengthM: number): void {
  vehicles.positionM[front] = lengthM
  vehicles.speedMps[front] = 0
  let leader = front
  for (let slot = vehicles.behind[front]!; slot >= 0; slot = vehicles.behind[slot]!) {
    const limit = vehicles.positionM[leader]! - vehicles.lengthM[leader]! - TOUCH_M
    if (vehicles.positionM[slot]! <= limit || vehicles.kind[slot] === vehicleKind.emergency) break
    vehicles.positionM[slot] = limit
    vehicles.speedMps[slot] = 0
    leader = slot
  }
}
