import type { Coordinate } from './arc-shape.ts'
import type { PhysicalLimits } from './physical-limits.ts'
import type { RoadClass } from './road-network.ts'

/** A road between two nodes as a map gives it, before it becomes two arcs of the network. */
export interface Road {
  /** Numbers of its end nodes. */
  from: number
  to: number
  /** From the first end to the second, both included. */
  shape: readonly Coordinate[]
  roadClass: RoadClass
  link: boolean
  roundabout: boolean
  /** Empty where it has no name. */
  street: string
  /** Under or through something of unknown height. */
  unknownClearance: boolean
  /** Driven along the shape. */
  forward: Carriageway
  /** Driven against it. */
  backward: Carriageway
}

/** One direction of a road. */
export interface Carriageway {
  /** Who may drive it; `nobody` is against a one-way street. */
  openTo: 'everyone' | 'emergency' | 'nobody'
  lengthM: number
  speedMps: number
  lanes: number
  limits: PhysicalLimits
}
