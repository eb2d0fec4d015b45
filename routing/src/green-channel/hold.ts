/** A time in which a junction is another vehicle's that goes first, and that this one cannot pass together with. */
export interface Hold {
  /** The mission of the other. */
  by: string
  /** From when the other asks for the junction until it has given it back, ms since the epoch. */
  fromMs: number
  untilMs: number
}

/** Until when a vehicle stands for others, ms since the epoch, and for whom last. */
export interface HoldWait {
  by: string
  untilMs: number
}

/**
 * When a vehicle that comes to a junction which is kept for others can go. Who is at the stop line before a hold begins
 * is through; who comes into it waits for its end and `clearS` more, which may lead into the next hold. Holds may be
 * given in any order, and may overlap.
 *
 * @param arrivalMs at the stop line, if nobody were kept
 * @param clearS from the end of a hold until this vehicle's movement is green and its queue gone, ≥ 0
 * @returns undefined where it need not wait
 * @see docs/green-channel.md, Several vehicles
 */
export function waitBehind(holds: readonly Hold[], arrivalMs: number, clearS: number): HoldWait | undefined {
  let wait: HoldWait | undefined
  for (const { by, fromMs, untilMs } of [...holds].sort(inOrder)) {
    const atMs = wait?.untilMs ?? arrivalMs
    const freeMs = untilMs + clearS * 1000
    if (atMs >= fromMs && atMs < freeMs) wait = { by, untilMs: freeMs }
  }
  return wait
}

const inOrder = (a: Hold, b: Hold): number =>
  a.fromMs - b.fromMs || a.untilMs - b.untilMs || (a.by < b.by ? -1 : a.by > b.by ? 1 : 0)
