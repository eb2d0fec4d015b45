import { type JunctionTable, tailS } from '@clearway/contracts'

/** How long a device that conforms may take, from its timing table. Seconds. */
export interface Bounds {
  /** From a request to its first answer. */
  answerS: number
  /** From a request to the green, at the longest. */
  entryS: number
  /** From the green until a pre-emption that is not called any more may end. */
  dwellS: number
  /** From the end of the pre-emption green until the junction is under local control. */
  exitS: number
  /** The lease that requests are given. */
  leaseS: number
  /** A call on for this long is ignored. */
  maxPresenceS: number
  /** From local control until the junction is coordinated. */
  recoveryS: number
}

/** For the tick of the device, the way of a message and the driver's poll, once each way. */
const marginS = 2
const cyclesToRecover = 3

/**
 * The bounds of a table. Entry takes the phases' own minimums, because a device may but need not shorten them: over all
 * groups the remaining minimum or walk, green flash, yellow or clearance, and all-red.
 */
export function boundsOf(table: JunctionTable): Bounds {
  const { preempt, groups, intergreens, cycleS } = table
  const redS = Math.max(0, ...intergreens.map((intergreen) => intergreen.redS))
  const vehicles = groups.filter(({ kind }) => kind === 'vehicle')
  const exitS = Math.max(...groups.map(tailS)) + redS + marginS
  return {
    answerS: marginS,
    entryS: (preempt.delayS ?? 0) + Math.max(...groups.map((group) => group.minGreenS + tailS(group))) + redS + marginS,
    dwellS: Math.max(preempt.minDwellS, preempt.minDurationS ?? 0, ...vehicles.map(({ minGreenS }) => minGreenS)),
    exitS,
    leaseS: 5,
    maxPresenceS: preempt.maxPresenceS,
    recoveryS: cyclesToRecover * cycleS + exitS,
  }
}
