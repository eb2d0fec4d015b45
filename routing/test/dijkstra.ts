import type { RoadNetwork } from '../src/network/road-network.ts'
import type { ArcPoint } from '../src/network/snap.ts'
import { CLOSED_MS, partialMs, type TravelCost } from '../src/search/travel-cost.ts'

/**
 * The judge: Dijkstra's algorithm over movements, as plainly as it can be written, on the parts a route is made of
 * (driving, turning, waiting) and not on the weights the search uses.
 *
 * @param waitMs at the head of an arc, for one who arrives there so many milliseconds after the start
 * @returns the least cost in milliseconds, or undefined when there is no route
 */
export function dijkstra(
  network: RoadNetwork,
  cost: TravelCost,
  starts: readonly ArcPoint[],
  goals: readonly ArcPoint[],
  waitMs: (arc: number, ms: number) => number = (arc) => cost.waitMs[arc]!,
): number | undefined {
  const { first, to, arcOf, vertexCount } = cost.graph
  const toHead = new Float64Array(vertexCount).fill(Number.POSITIVE_INFINITY)
  const done = new Uint8Array(vertexCount)
  const heap = new Heap()
  let best = Number.POSITIVE_INFINITY
  for (const { arc, offsetM } of starts) {
    toHead[arc] = partialMs(network, cost, arc, offsetM, network.lengthM[arc]!)
    heap.push(arc, toHead[arc])
    for (const goal of goals) {
      if (goal.arc === arc && goal.offsetM >= offsetM) {
        best = Math.min(best, partialMs(network, cost, arc, offsetM, goal.offsetM))
      }
    }
  }
  for (let vertex = heap.pop(); vertex !== undefined; vertex = heap.pop()) {
    if (done[vertex]) continue
    done[vertex] = 1
    const arc = arcOf[vertex]!
    for (let m = first[vertex]!; m < first[vertex + 1]!; m++) {
      const next = arcOf[to[m]!]!
      if (cost.turnMs[m] === CLOSED_MS || cost.arcMs[next] === CLOSED_MS) continue
      const atTail = toHead[vertex]! + waitMs(arc, toHead[vertex]!) + cost.turnMs[m]!
      for (const goal of goals) {
        if (goal.arc === next) best = Math.min(best, atTail + partialMs(network, cost, next, 0, goal.offsetM))
      }
      const atHead = atTail + cost.arcMs[next]!
      if (atHead < toHead[to[m]!]!) {
        toHead[to[m]!] = atHead
        heap.push(to[m]!, atHead)
      }
    }
  }
  return best === Number.POSITIVE_INFINITY ? undefined : best
}

class Heap {
  readonly #items: { vertex: number; key: number }[] = []

  push(vertex: number, key: number): void {
    const items = this.#items
    items.push({ vertex, key })
    for (let i = items.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1
      if (items[parent]!.key <= items[i]!.key) break
      ;[items[parent], items[i]] = [items[i]!, items[parent]!]
      i = parent
    }
  }

  pop(): number | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (!top || !last || items.length === 0) return top?.vertex
    items[0] = last
    for (let i = 0; ; ) {
      let least = i
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < items.length && items[child]!.key < items[least]!.key) least = child
      }
      if (least === i) return top.vertex
      ;[items[least], items[i]] = [items[i]!, items[least]!]
      i = least
    }
  }
}
