import { InputError } from '@clearway/contracts/errors'

/** A position of a vehicle, as it was received. */
export interface TraceFix {
  atMs: number
  lon: number
  lat: number
  /** Standard deviation of each coordinate, metres. A receiver that means a 68 % radius is taken as half as good again. */
  accuracyM: number
  speedMps?: number
  /** Course over ground, clockwise from north. */
  headingDeg?: number
}

const ranges: Readonly<Record<keyof TraceFix, readonly [number, number]>> = {
  atMs: [0, Number.MAX_SAFE_INTEGER],
  lon: [-180, 180],
  lat: [-90, 90],
  accuracyM: [0, 100_000],
  speedMps: [0, 150],
  headingDeg: [0, 360],
}

/** @throws InputError `trace-fix` naming the field that is no number or out of range */
export function requireFix(fix: TraceFix): void {
  for (const [field, [least, most]] of Object.entries(ranges)) {
    const value = fix[field as keyof TraceFix]
    if (value === undefined && (field === 'speedMps' || field === 'headingDeg')) continue
    if (typeof value === 'number' && value >= least && value <= most) continue
    const message = `${value} is not between ${least} and ${most}; leave this position out`
    throw new InputError('trace-fix', `${field} ${message}`, [{ field, message }])
  }
}
