/**
 * What the roads are like at one instant, one entry per arc of the network it was made for. A new set is made for each
 * batch and never changed afterwards, so that a reader may keep it as long as it likes.
 */
export interface RoadConditions {
  readonly atMs: number
  /**
   * Metres per second that ordinary traffic drives now, > 0 and finite; the network's own speed where nothing is known.
   * What an incident takes away is already taken away.
   */
  readonly speedMps: Float32Array
  /** A value of `closure`. */
  readonly closed: Uint8Array
  /** Seconds that passing the whole arc takes longer than its length at `speedMps`, ≥ 0: a hand-held sign, a check. */
  readonly delayS: Float32Array
  /** How far `speedMps` rests on recent readings: 0 is the network's own or the usual speed, 1 a full, fresh measurement. */
  readonly confidence: Float32Array
  /** Roads that ordinary traffic is led away from; nothing where not given. */
  readonly avoided?: AvoidedRoads | undefined
}

/** Open roads that are to be left free: who asks for a way is led around them where that costs little. */
export interface AvoidedRoads {
  readonly arcs: ReadonlySet<number>
  /** They are counted as taking so many times as long, ≥ 1; what driving them takes is told as it is. */
  readonly factor: number
}

export const closure = {
  open: 0,
  /** To ordinary traffic; emergency vehicles may still pass, as through a police line. */
  ordinary: 1,
  /** To everybody: nothing can pass. */
  everyone: 2,
} as const
