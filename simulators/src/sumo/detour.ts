import type { SumoPlan } from '@clearway/routing'

/** When a road is to be left free, s of the simulation. */
export interface AdvisedWindow {
  fromS: number
  untilS: number
}

/** Who is on the way, and what is advised. */
export interface Journey {
  plan: Pick<SumoPlan, 'turns'>
  timeS(arc: number): number
  advised: ReadonlyMap<number, AdvisedWindow>
}

/** A way and how long it takes, s. */
export interface TimedWay {
  arcs: readonly number[]
  tookS: number
}

const isAdvised = ({ advised }: Journey, arc: number, atS: number): boolean => {
  const window = advised.get(arc)
  return window !== undefined && atS >= window.fromS && atS <= window.untilS
}

/** How long a way takes whose first edge is entered at a time, and whether it enters an edge that is to be left free. */
export function along(journey: Journey, arcs: readonly number[], atS: number): { tookS: number; isAdvised: boolean } {
  let nowS = atS
  let meets = false
  for (const arc of arcs) {
    meets ||= isAdvised(journey, arc, nowS)
    nowS += journey.timeS(arc)
  }
  return { tookS: nowS - atS, isAdvised: meets }
}

/**
 * The quickest way from an edge to another that enters no edge while it is to be left free, by Dijkstra's algorithm. Of
 * equally quick ones the one that was found first.
 *
 * @param atS when the first edge is entered
 * @param withinS longer ways are none
 * @returns the edges, `from` and `to` among them; undefined where there is none
 */
export function wayAround(
  journey: Journey,
  from: number,
  to: number,
  atS: number,
  withinS: number,
): TimedWay | undefined {
  const leftS = new Map([[from, atS + journey.timeS(from)]])
  const before = new Map<number, number>()
  const open = new Set([from])
  while (open.size > 0) {
    let arc = -1
    for (const one of open) if (arc < 0 || leftS.get(one)! < leftS.get(arc)!) arc = one
    open.delete(arc)
    const nowS = leftS.get(arc)!
    if (nowS - atS > withinS) return undefined
    if (arc === to) return { arcs: back(before, from, to), tookS: nowS - atS }
    for (const next of journey.plan.turns.get(arc)?.keys() ?? []) {
      if (isAdvised(journey, next, nowS)) continue
      const thereS = nowS + journey.timeS(next)
      if (thereS >= (leftS.get(next) ?? Number.POSITIVE_INFINITY)) continue
      leftS.set(next, thereS)
      before.set(next, arc)
      open.add(next)
    }
  }
  return undefined
}

function back(before: ReadonlyMap<number, number>, from: number, to: number): number[] {
  const arcs = [to]
  for (let arc = to; arc !== from; ) {
    arc = before.get(arc)!
    arcs.unshift(arc)
  }
  return arcs
}
