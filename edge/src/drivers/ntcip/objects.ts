/**
 * The objects of NTCIP 1202 v02 that the driver reads and sets, and `sysUpTime` of RFC 3418. Column numbers as in the
 * standard's MIB; v03 keeps them.
 */
export interface MibObject {
  /** As the standard writes it, with the row: `preemptDwellPhase.3`. For people. */
  name: string
  oid: string
}

/** `asc`, the actuated signal controller, in the tree of NEMA's transportation devices. */
const asc = '1.3.6.1.4.1.1206.4.2.1'

const scalar = (name: string, place: string): MibObject => ({ name, oid: `${asc}.${place}.0` })
const column =
  (name: string, place: string) =>
  (row: number): MibObject => ({ name: `${name}.${row}`, oid: `${asc}.${place}.${row}` })

/** Hundredths of a second since the device started; it falls when the device restarts. */
export const sysUpTime: MibObject = { name: 'sysUpTime', oid: '1.3.6.1.2.1.1.3.0' }

/** `phaseTable`, by phase number. */
export const phase = {
  walk: column('phaseWalk', '1.2.1.2'),
  pedestrianClear: column('phasePedestrianClear', '1.2.1.3'),
  minimumGreen: column('phaseMinimumGreen', '1.2.1.4'),
  /** Tenths of a second, as the red clearance. */
  yellowChange: column('phaseYellowChange', '1.2.1.8'),
  redClear: column('phaseRedClear', '1.2.1.9'),
  /** Bit 0: the phase is enabled. */
  options: column('phaseOptions', '1.2.1.21'),
  ring: column('phaseRing', '1.2.1.22'),
  /** One octet for each phase that may run at the same time. */
  concurrency: column('phaseConcurrency', '1.2.1.23'),
}

/** `phaseStatusGroupTable`, by group of eight: group 1 holds phases 1 to 8, bit 0 the lowest. */
export const phaseStatus = {
  reds: column('phaseStatusGroupReds', '1.4.1.2'),
  yellows: column('phaseStatusGroupYellows', '1.4.1.3'),
  greens: column('phaseStatusGroupGreens', '1.4.1.4'),
  dontWalks: column('phaseStatusGroupDontWalks', '1.4.1.5'),
  pedClears: column('phaseStatusGroupPedClears', '1.4.1.6'),
  walks: column('phaseStatusGroupWalks', '1.4.1.7'),
  ons: column('phaseStatusGroupPhaseOns', '1.4.1.10'),
}

/** `overlapStatusGroupTable`, eight overlaps a group. */
export const overlapStatus = {
  reds: column('overlapStatusGroupReds', '9.4.1.2'),
  yellows: column('overlapStatusGroupYellows', '9.4.1.3'),
  greens: column('overlapStatusGroupGreens', '9.4.1.4'),
}

/** `overlapTable`, by overlap number. The trailing yellow and red act only where the green has been extended. */
export const overlap = {
  includedPhases: column('overlapIncludedPhases', '9.2.1.3'),
  /** Seconds. */
  trailGreen: column('overlapTrailGreen', '9.2.1.5'),
  /** Tenths of a second, as the red. */
  trailYellow: column('overlapTrailYellow', '9.2.1.6'),
  trailRed: column('overlapTrailRed', '9.2.1.7'),
}
/** Bits 0 to 2 code what the ring times. */
export const ringStatus = column('ringStatus', '7.6.1.1')

export const maxPhases = scalar('maxPhases', '1.1')
/** Seconds without a SET to a control object until the controller drops every remote call; 0 never. */
export const unitBackupTime = scalar('unitBackupTime', '3.3')
export const unitControlStatus = scalar('unitControlStatus', '3.5')
export const unitFlashStatus = scalar('unitFlashStatus', '3.6')
/** 1 to 253: the pattern that runs; 254 free, 255 flash. */
export const coordPatternStatus = scalar('coordPatternStatus', '4.10')
export const localFreeStatus = scalar('localFreeStatus', '4.11')

/** `preemptTable` and `preemptControlTable`, by preempt number. */
export const preempt = {
  control: column('preemptControl', '6.2.1.2'),
  link: column('preemptLink', '6.2.1.3'),
  minimumDuration: column('preemptMinimumDuration', '6.2.1.5'),
  minimumGreen: column('preemptMinimumGreen', '6.2.1.6'),
  minimumWalk: column('preemptMinimumWalk', '6.2.1.7'),
  enterPedClear: column('preemptEnterPedClear', '6.2.1.8'),
  trackGreen: column('preemptTrackGreen', '6.2.1.9'),
  dwellGreen: column('preemptDwellGreen', '6.2.1.10'),
  maximumPresence: column('preemptMaximumPresence', '6.2.1.11'),
  trackPhase: column('preemptTrackPhase', '6.2.1.12'),
  dwellPhase: column('preemptDwellPhase', '6.2.1.13'),
  dwellPed: column('preemptDwellPed', '6.2.1.14'),
  exitPhase: column('preemptExitPhase', '6.2.1.15'),
  state: column('preemptState', '6.2.1.16'),
  dwellOverlap: column('preemptDwellOverlap', '6.2.1.18'),
  cyclingPhase: column('preemptCyclingPhase', '6.2.1.19'),
  enterYellowChange: column('preemptEnterYellowChange', '6.2.1.22'),
  enterRedClear: column('preemptEnterRedClear', '6.2.1.23'),
  trackYellowChange: column('preemptTrackYellowChange', '6.2.1.24'),
  trackRedClear: column('preemptTrackRedClear', '6.2.1.25'),
  controlState: column('preemptControlState', '6.3.1.2'),
}
