import type { Position } from '@clearway/contracts'
import { distanceM } from '../../src/network/geodesy.ts'
import type { WalkingNetwork } from '../../src/walking/walking-network.ts'

interface Place {
  edge: number
  besideCm: number
  offsetCm: number
}

/** Where one may step onto the ways: by looking at every segment, without an index. */
function places(network: WalkingNetwork, at: Position, radiusM: number): Place[] {
  const found: Place[] = []
  const { shapeStart, shapeLon: lon, shapeLat: lat } = network
  for (let edge = 0; edge < network.edgeCount; edge++) {
    let best: Place | undefined
    let passedM = 0
    for (let i = shapeStart[edge]!; i < shapeStart[edge + 1]! - 1; i++) {
      const scale = Math.cos((at.lat * Math.PI) / 180)
      const [ax, ay] = [(lon[i]! - at.lon) * scale, lat[i]! - at.lat]
      const [bx, by] = [(lon[i + 1]! - at.lon) * scale, lat[i + 1]! - at.lat]
      const square = (bx - ax) ** 2 + (by - ay) ** 2
      const share = square === 0 ? 0 : Math.min(1, Math.max(0, (-ax * (bx - ax) - ay * (by - ay)) / square))
      const [x, y] = [ax + share * (bx - ax), ay + share * (by - ay)]
      const metres = Math.hypot(x, y) * ((6_371_008.8 * Math.PI) / 180)
      const stepM = distanceM(lon[i]!, lat[i]!, lon[i + 1]!, lat[i + 1]!)
      if (metres <= radiusM && (!best || Math.round(metres * 100) < best.besideCm)) {
        const offsetCm = Math.min(network.lengthCm[edge]!, Math.round((passedM + share * stepM) * 100))
        best = { edge, besideCm: Math.round(metres * 100), offsetCm }
      }
      passedM += stepM
    }
    if (best) found.push(best)
  }
  const nearest = Math.min(...found.map(({ besideCm }) => besideCm))
  return found.filter(({ besideCm }) => besideCm <= nearest + 1000)
}

/**
 * The judge: Dijkstra's algorithm as plainly as it can be written, over a list of links in which the edges of both ends
 * are cut.
 *
 * @returns centimetres, undefined when there is no way
 */
export function plainWalkCm(network: WalkingNetwork, from: Position, to: Position): number | undefined {
  const links = new Map<string, { to: string; cm: number }[]>()
  const join = (a: string, b: string, cm: number) => {
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      if (!links.has(x)) links.set(x, [])
      links.get(x)!.push({ to: y, cm })
    }
  }
  const cuts = new Map<number, { name: string; offsetCm: number }[]>()
  for (const [end, position] of Object.entries({ from, to })) {
    for (const [i, { edge, offsetCm, besideCm }] of places(network, position, 300).entries()) {
      cuts.set(edge, [...(cuts.get(edge) ?? []), { name: `${end} ${i}`, offsetCm }])
      join(end, `${end} ${i}`, besideCm)
    }
  }
  for (let edge = 0; edge < network.edgeCount; edge++) {
    const stops = [
      { name: `${network.from[edge]}`, offsetCm: 0 },
      ...(cuts.get(edge) ?? []).toSorted((a, b) => a.offsetCm - b.offsetCm),
      { name: `${network.to[edge]}`, offsetCm: network.lengthCm[edge]! },
    ]
    for (let i = 1; i < stops.length; i++) {
      join(stops[i - 1]!.name, stops[i]!.name, stops[i]!.offsetCm - stops[i - 1]!.offsetCm)
    }
  }
  const best = new Map([['from', 0]])
  const done = new Set<string>()
  // Buckets of one metre: a list as a queue is enough for a judge.
  const buckets: string[][] = [['from']]
  for (let metre = 0; metre < buckets.length; metre++) {
    const bucket = buckets[metre] ?? []
    while (bucket.length > 0) {
      let least = 0
      for (let i = 1; i < bucket.length; i++) if (best.get(bucket[i]!)! < best.get(bucket[least]!)!) least = i
      const [node] = bucket.splice(least, 1) as [string]
      if (done.has(node)) continue
      done.add(node)
      if (node === 'to') return best.get('to')
      for (const link of links.get(node) ?? []) {
        const cm = best.get(node)! + link.cm
        if (cm >= (best.get(link.to) ?? Number.POSITIVE_INFINITY)) continue
        best.set(link.to, cm)
        const at = Math.floor(cm / 100)
        buckets[at] ??= []
        buckets[at].push(link.to)
      }
    }
  }
  return undefined
}
