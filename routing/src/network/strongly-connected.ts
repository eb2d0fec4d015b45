/**
 * The part of each node: two nodes are in the same part when each reaches the other over the given arcs.
 *
 * @param tails node of each arc's start, 0 ≤ tail < nodeCount
 * @param heads node of each arc's end
 * @returns the number of each node's part, from 0
 * @see Kosaraju and Sharir, without recursion
 */
export function stronglyConnected(nodeCount: number, tails: Int32Array, heads: Int32Array): Int32Array {
  const out = adjacency(nodeCount, tails, heads)
  const into = adjacency(nodeCount, heads, tails)
  const finished = finishingOrder(nodeCount, out)
  const part = new Int32Array(nodeCount).fill(-1)
  const stack: number[] = []
  let parts = 0
  for (let i = nodeCount - 1; i >= 0; i--) {
    const root = finished[i]!
    if (part[root] !== -1) continue
    const id = parts++
    part[root] = id
    stack.push(root)
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      for (let k = into.first[node]!; k < into.first[node + 1]!; k++) {
        const other = into.other[k]!
        if (part[other] !== -1) continue
        part[other] = id
        stack.push(other)
      }
    }
  }
  return part
}

/** The number of the part with the most nodes, the first of several; −1 when there are no nodes. */
export function largestPart(part: Int32Array): number {
  const sizes = new Int32Array(part.length)
  let largest = -1
  for (const id of part) sizes[id]!++
  for (let id = 0; id < sizes.length; id++) {
    if (sizes[id]! > 0 && (largest < 0 || sizes[id]! > sizes[largest]!)) largest = id
  }
  return largest
}

interface Adjacency {
  first: Int32Array
  other: Int32Array
}

function adjacency(nodeCount: number, from: Int32Array, to: Int32Array): Adjacency {
  const first = new Int32Array(nodeCount + 1)
  for (const node of from) first[node + 1]!++
  for (let n = 0; n < nodeCount; n++) first[n + 1]! += first[n]!
  const next = first.slice(0, nodeCount)
  const other = new Int32Array(from.length)
  for (let a = 0; a < from.length; a++) other[next[from[a]!]!++] = to[a]!
  return { first, other }
}

function finishingOrder(nodeCount: number, { first, other }: Adjacency): Int32Array {
  const order = new Int32Array(nodeCount)
  const next = first.slice(0, nodeCount)
  const seen = new Uint8Array(nodeCount)
  const stack: number[] = []
  let count = 0
  for (let root = 0; root < nodeCount; root++) {
    if (seen[root]) continue
    seen[root] = 1
    stack.push(root)
    while (stack.length > 0) {
      const node = stack.at(-1)!
      if (next[node]! === first[node + 1]!) {
        order[count++] = node
        stack.pop()
        continue
      }
      const to = other[next[node]!++]!
      if (seen[to]) continue
      seen[to] = 1
      stack.push(to)
    }
  }
  return order
}
