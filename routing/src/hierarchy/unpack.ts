import type { Metric } from './metric.ts'
import type { Topology } from './topology.ts'

/**
 * The input arcs behind hierarchy arcs, in driving order. An arc that no input arc explains goes over the lower node
 * that gives its weight.
 *
 * @param places in the metric, in driving order: `2 * arc` upward, `2 * arc + 1` downward
 * @param weights the input weights that the metric was made from
 */
export function unpack(topology: Topology, weights: Int32Array, metric: Metric, places: readonly number[]): Int32Array {
  const stack = new IntStack(places.length * 4)
  const arcs = new IntStack(places.length * 8)
  for (let i = places.length - 1; i >= 0; i--) stack.push(places[i]!)
  while (stack.length > 0) {
    const place = stack.pop()
    const input = inputOf(topology, weights, metric, place)
    if (input >= 0) arcs.push(input)
    else pushLegs(topology, metric, place, stack)
  }
  return arcs.toArray()
}

function inputOf({ firstInput, nextInput }: Topology, weights: Int32Array, metric: Metric, place: number): number {
  const weight = metric[place]!
  for (let i = firstInput[place]!; i >= 0; i = nextInput[i]!) if (weights[i] === weight) return i
  return -1
}

/** Pushes the two legs over a lower node, the second one first. */
function pushLegs(topology: Topology, metric: Metric, place: number, stack: IntStack): void {
  const { upHead, upTail, firstDown, downArc } = topology
  const weight = metric[place]!
  const arc = place >> 1
  const low = upTail[arc]!
  const high = upHead[arc]!
  // Climbing, the way goes from the lower end down to the middle and from there up to the higher end.
  const [start, end] = (place & 1) === 0 ? [low, high] : [high, low]
  let s = firstDown[start]!
  let e = firstDown[end]!
  const lastS = firstDown[start + 1]!
  const lastE = firstDown[end + 1]!
  while (s < lastS && e < lastE) {
    const toStart = downArc[s]!
    const toEnd = downArc[e]!
    const difference = upTail[toStart]! - upTail[toEnd]!
    if (difference === 0) {
      if (metric[2 * toStart + 1]! + metric[2 * toEnd]! === weight) {
        stack.push(2 * toEnd)
        stack.push(2 * toStart + 1)
        return
      }
      s++
      e++
    } else if (difference < 0) s++
    else e++
  }
  throw new Error(`hierarchy arc ${low}–${high} has weight ${weight} that nothing explains: metric and weights differ`)
}

class IntStack {
  length = 0
  #items: Int32Array

  constructor(capacity: number) {
    this.#items = new Int32Array(Math.max(16, capacity))
  }

  push(item: number): void {
    if (this.length === this.#items.length) {
      const larger = new Int32Array(2 * this.length)
      larger.set(this.#items)
      this.#items = larger
    }
    this.#items[this.length++] = item
  }

  pop(): number {
    return this.#items[--this.length]!
  }

  toArray(): Int32Array {
    return this.#items.slice(0, this.length)
  }
}
