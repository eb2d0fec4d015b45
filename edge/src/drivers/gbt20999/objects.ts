import type { MovementState } from '@clearway/contracts'

/** Data class, object, attribute and element in one number, the most significant byte first. */
export type ObjectId = number

export const objectId = (dataClass: number, object: number, attribute: number, element: number): ObjectId =>
  ((dataClass << 24) | (object << 16) | (attribute << 8) | element) >>> 0

/** `8.6.2.1`: data class, object, attribute, element. */
export const nameOf = (id: ObjectId): string => [id >>> 24, (id >>> 16) & 255, (id >>> 8) & 255, id & 255].join('.')

/** Rows of the tables that the driver reads and writes; `n` is the element, counted from 1. */
export const objects = {
  lampState: (attribute: number, n: number) => objectId(3, 3, attribute, n),
  phaseLamps: (n: number) => objectId(4, 2, 2, n),
  /** Lamps of phase `n` when it loses its right of way: three pairs of colour and time. */
  lossLamp: (step: 0 | 1 | 2, n: number) => objectId(4, 2, 3 + 2 * step, n),
  lossTime: (step: 0 | 1 | 2, n: number) => objectId(4, 2, 4 + 2 * step, n),
  minGreen: (n: number) => objectId(4, 2, 27, n),
  stagePhases: (n: number) => objectId(6, 2, 2, n),
  stageState: (n: number) => objectId(6, 3, 2, n),
  stageRemaining: (n: number) => objectId(6, 3, 4, n),
  conflicts: (n: number) => objectId(7, 1, 2, n),
  greenIntervals: (n: number) => objectId(7, 2, 2, n),
  /** Of the stage turned to: by the stage turned from. */
  transitions: (n: number) => objectId(10, 1, 2, n),
  runMode: (crossing: number) => objectId(13, 2, 2, crossing),
  currentStage: (crossing: number) => objectId(13, 2, 4, crossing),
  /** The stage that the centre has designated. */
  centreStage: (crossing: number) => objectId(17, 1, 2, crossing),
  centreMode: (crossing: number) => objectId(17, 1, 4, crossing),
} as const

/** The two kinds of request in data class 8: tables of the same form under different objects. */
const requestTables = {
  priority: { configuration: 2, state: 3 },
  urgent: { configuration: 5, state: 6 },
} as const
export type RequestKind = keyof typeof requestTables

export const requestObjects = (kind: RequestKind, n: number) => {
  const { configuration, state } = requestTables[kind]
  return {
    stage: objectId(8, configuration, 2, n),
    masked: objectId(8, configuration, 4, n),
    requested: objectId(8, state, 2, n),
    executed: objectId(8, state, 3, n),
  }
}

/** A lamp group's state: the movement state of a vehicle face, and whether its green flashes. */
interface Lamp {
  state: MovementState
  flash?: boolean
}

export const lampCodes: Readonly<Record<number, Lamp>> = {
  1: { state: 'dark' },
  16: { state: 'stop-And-Remain' },
  // Red flash comes before green with some makers and warns in flashing mode with others: nobody may drive on it here.
  17: { state: 'stop-And-Remain' },
  18: { state: 'stop-And-Remain' },
  32: { state: 'permissive-Movement-Allowed' },
  33: { state: 'permissive-Movement-Allowed', flash: true },
  34: { state: 'permissive-Movement-Allowed', flash: true },
  48: { state: 'permissive-clearance' },
  49: { state: 'caution-Conflicting-Traffic' },
  50: { state: 'caution-Conflicting-Traffic' },
  64: { state: 'pre-Movement' },
}
export const greenFlashCodes: readonly number[] = [33, 34]
export const yellowCode = 48

/** State of a stage: not running, running, changing. */
export const stageStates = { idle: 16, running: 32, changing: 48 } as const

/** Modes in which a hand or a fault has the junction. Every other mode of the standard runs a plan. */
export const runModes = {
  centreManual: 21,
  localManual: 37,
  flash: 49,
  allRed: 50,
  off: 51,
} as const
export const plannedModes: readonly number[] = [16, 17, 18, 19, 20, 32, 33, 34, 35, 36, 48]

const errorNames: Readonly<Record<number, string>> = {
  16: 'bad value',
  17: 'wrong length',
  18: 'out of range',
  32: 'read only',
  48: 'does not exist',
  64: 'general error',
  80: 'control failed',
}
/** The reason in an error reply. */
export const errorName = (code: number | undefined): string =>
  code === undefined ? 'no reason given' : (errorNames[code] ?? `error ${code}`)
