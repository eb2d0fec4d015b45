import type { Position } from '@clearway/contracts'

interface Leg {
  from: Position
  to: Position
  startMs: number
}

/** Positions come once a second; between two of them a vehicle glides, one second behind. */
const legMs = 1_000
/** A jump longer than this is not driven: about 0.01° or 1 km. */
const jumpDeg = 0.01

/** Where each vehicle is drawn at an instant, given the positions reported so far. */
export class Glide {
  readonly #legs = new Map<string, Leg>()

  /** Takes a report; one that says nothing new changes nothing. */
  report(id: string, position: Position, nowMs: number): void {
    const leg = this.#legs.get(id)
    if (leg && leg.to.lon === position.lon && leg.to.lat === position.lat) return
    const from = leg ? this.at(id, nowMs)! : position
    const jumped = Math.abs(from.lon - position.lon) > jumpDeg || Math.abs(from.lat - position.lat) > jumpDeg
    this.#legs.set(id, { from: jumped ? position : from, to: position, startMs: nowMs })
  }

  at(id: string, nowMs: number): Position | undefined {
    const leg = this.#legs.get(id)
    if (!leg) return undefined
    const share = Math.min(1, Math.max(0, (nowMs - leg.startMs) / legMs))
    return {
      lon: leg.from.lon + (leg.to.lon - leg.from.lon) * share,
      lat: leg.from.lat + (leg.to.lat - leg.from.lat) * share,
    }
  }

  /** Whether anything is between two positions, so that a next frame would differ. */
  moving(nowMs: number): boolean {
    for (const { from, to, startMs } of this.#legs.values()) {
      if (nowMs - startMs < legMs && (from.lon !== to.lon || from.lat !== to.lat)) return true
    }
    return false
  }
}
