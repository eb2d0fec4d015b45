import type { LocalText, Position } from '@clearway/contracts'

/** The lie of a signalled junction, from which its timing follows. Ids are those of its `JunctionTable`. */
export interface JunctionGeometry {
  id: string
  name: LocalText
  position: Position
  /** Clockwise by the side they come from. */
  approaches: readonly ApproachGeometry[]
  exits: readonly ExitGeometry[]
  /** Signalled pedestrian crossings, at most one per arm. */
  crossings: readonly CrossingGeometry[]
}

export interface ApproachGeometry {
  id: string
  name: LocalText
  /** The stop line. */
  position: Position
  /** Direction of travel at the stop line. */
  bearingDeg: number
  lanes: number
  speedMps: number
  /** Index into `roadClasses`. */
  roadClass: number
  /** Exits that may be reached from here. */
  exits: readonly string[]
}

export interface ExitGeometry {
  id: string
  name: LocalText
  position: Position
  bearingDeg: number
}

export interface CrossingGeometry {
  /** The approach whose arm is crossed. */
  approach: string
  /** Exits on the same arm: their traffic crosses it too. */
  exits: readonly string[]
  /** From kerb to kerb. */
  widthM: number
}
