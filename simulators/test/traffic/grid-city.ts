import type { Random } from '@clearway/contracts'
import type { Aspect, SignalHeads } from '../../src/traffic/signal-heads.ts'
import { type DrawnRoad, drawNetwork } from '../drawn-network.ts'

/**
 * A 3 × 3 grid of streets 150 m apart with signals at every crossing but the middle one, two lanes east–west, one lane
 * north–south, and a rim of dead ends.
 */
export function gridCity() {
  const points: Record<string, [number, number]> = {}
  const roads: DrawnRoad[] = []
  const at = (x: number, y: number) => `${x}-${y}`
  const crossing = (x: number, y: number) => x > 0 && x < 4 && y > 0 && y < 4
  const signalled = (x: number, y: number) => crossing(x, y) && !(x === 2 && y === 2)
  for (let x = 0; x <= 4; x++) {
    for (let y = 0; y <= 4; y++) {
      if (crossing(x, y) || crossing(x, 1) !== crossing(1, y)) points[at(x, y)] = [x * 150, y * 150]
    }
  }
  for (const from of Object.keys(points)) {
    const [x, y] = from.split('-').map(Number) as [number, number]
    for (const [dx, dy] of [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ] as const) {
      const to = at(x + dx, y + dy)
      if (!points[to] || !(crossing(x, y) || crossing(x + dx, y + dy))) continue
      const stopLineOf = signalled(x + dx, y + dy) ? `j-${to}` : undefined
      roads.push({
        from,
        to,
        lanes: dy === 0 ? 2 : 1,
        roadClass: dy === 0 ? 'primary' : 'tertiary',
        ...(stopLineOf && { stopLineOf }),
      })
    }
  }
  const city = drawNetwork(points, roads)
  const rim = Object.keys(points).filter((name) => !crossing(...(name.split('-').map(Number) as [number, number])))
  /** A random walk from rim to rim without turning back. */
  const wander = (random: Random): Int32Array => {
    const { network } = city
    const start = random.pick(rim)
    const path = [network.firstOut[Object.keys(points).indexOf(start)]!]
    for (;;) {
      const last = path.at(-1)!
      const node = network.head[last]!
      const ways: number[] = []
      for (let a = network.firstOut[node]!; a < network.firstOut[node + 1]!; a++)
        if (a !== network.reverse[last]) ways.push(a)
      if (ways.length === 0) return Int32Array.from(path)
      path.push(random.pick(ways))
    }
  }
  return { ...city, wander }
}

/** Fixed times: 25 s east–west, 3 s yellow, 2 s all-red, then the same north–south. */
export function fixedSignals(city: ReturnType<typeof drawNetwork>, nowS: () => number): SignalHeads {
  const eastWest = city.network.approaches.map(({ arc }) => {
    const { tail, head, nodeLat } = city.network
    return Math.abs(nodeLat[tail[arc]!]! - nodeLat[head[arc]!]!) < 1e-6
  })
  return {
    mayGo: (approach): Aspect => {
      const t = (nowS() + (eastWest[approach] ? 0 : 30)) % 60
      return t < 25 ? 'go' : t < 28 ? 'yellow' : 'stop'
    },
  }
}
