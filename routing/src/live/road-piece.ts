import { arcFlag, type RoadNetwork } from '../network/road-network.ts'

/** The arc that leads into `arc` where the road just goes on; undefined at junctions, stop lines and dead ends. */
export function arcBefore(network: RoadNetwork, arc: number): number | undefined {
  const { firstOut, tail, reverse, flags, approachOfArc } = network
  const node = tail[arc]!
  if (firstOut[node + 1]! - firstOut[node]! !== 2) return undefined
  const other = firstOut[node]! === arc ? arc + 1 : firstOut[node]!
  const before = reverse[other]!
  if (before < 0 || approachOfArc[before]! >= 0) return undefined
  const differs = (flags[before]! ^ flags[arc]!) & (arcFlag.contraflow | arcFlag.inside)
  return differs === 0 ? before : undefined
}

/** The arc that follows where the road just goes on. */
function arcAfter(network: RoadNetwork, arc: number): number | undefined {
  if (network.approachOfArc[arc]! >= 0) return undefined
  const { firstOut, head, reverse } = network
  const node = head[arc]!
  if (firstOut[node + 1]! - firstOut[node]! !== 2) return undefined
  const next = firstOut[node]! === reverse[arc] ? firstOut[node]! + 1 : firstOut[node]!
  return arcBefore(network, next) === arc ? next : undefined
}

/** The arcs of the road from junction to junction that `arc` lies on, in driving order. */
export function roadPiece(network: RoadNetwork, arc: number): number[] {
  const piece = [arc]
  for (let before = arcBefore(network, arc); before !== undefined && !piece.includes(before); ) {
    piece.unshift(before)
    before = arcBefore(network, before)
  }
  for (let after = arcAfter(network, arc); after !== undefined && !piece.includes(after); ) {
    piece.push(after)
    after = arcAfter(network, after)
  }
  return piece
}
