import { expect, it } from 'vitest'
import type { Aspect } from '../../src/traffic/signal-heads.ts'
import { TrafficSimulator } from '../../src/traffic/traffic-simulator.ts'
import { drawNetwork } from '../drawn-network.ts'

/** A crossing X of four one-way pairs of roads with one lane, signals on all of them. */
function crossing(lanes = 1) {
  const points = { X: [0, 0], N: [0, 300], E: [300, 0], S: [0, -300], W: [-300, 0] } as const
  return drawNetwork(
    Object.fromEntries(Object.entries(points).map(([name, [x, y]]) => [name, [x, y] as [number, number]])),
    ['N', 'E', 'S', 'W'].flatMap((side) => [
      { from: side, to: 'X', lanes, speedMps: 11, stopLineOf: 'j-x' },
      { from: 'X', to: side, lanes, speedMps: 11 },
    ]),
  )
}

/** Seconds at which one car along `path` arrives, with cars every 2 s along `stream` and what each of the ways shows. */
function arrivalS(path: string, stream: string, shown: Record<string, Aspect>, lanes = 1): number | undefined {
  const { network, route } = crossing(lanes)
  const name = (arc: number) => {
    const { tail, head } = network
    const names = ['X', 'N', 'E', 'S', 'W']
    return `${names[tail[arc]!]}${names[head[arc]!]}`
  }
  let endS: number | undefined
  const sim = new TrafficSimulator({
    network,
    signals: {
      mayGo: (approach, to) => shown[`${name(network.approaches[approach]!.arc)}${name(to).slice(1)}`] ?? 'stop',
    },
    seed: 1,
    onEnd: (end) => {
      if (end.trip === 20) endS = end.endS
    },
  })
  // The stream is under way before the car comes.
  for (let s = 0; s < 160; s++) {
    if (s % 2 === 0 && s < 100 && s !== 40) sim.send({ route: route(stream) })
    if (s === 40) sim.send({ route: route(path) })
    sim.step()
  }
  return endS
}

it('lets a right turn that is never stopped wait for the green that leads into the same lane', () => {
  const alone = arrivalS('S X E', 'W X E', { SXE: 'permitted', WXE: 'stop' })!
  const yielding = arrivalS('S X E', 'W X E', { SXE: 'permitted', WXE: 'go' })!
  expect(alone).toBeLessThan(105)
  expect(yielding).toBeGreaterThan(alone + 15)
})

it('lets a left turn with green go before right turns that are only permitted, but not before those with green', () => {
  const permitted = arrivalS('S X W', 'N X W', { SXW: 'go', NXW: 'permitted' })!
  const green = arrivalS('S X W', 'N X W', { SXW: 'go', NXW: 'go' })!
  expect(permitted).toBeLessThan(110)
  expect(green).toBeGreaterThan(permitted + 10)
})

it('lets two turn into a road at once, each into a lane of its own', () => {
  const signs = { SXE: 'permitted', NXE: 'go' } as const
  const oneLane = arrivalS('S X E', 'N X E', signs, 1)!
  const twoLanes = arrivalS('S X E', 'N X E', signs, 2)!
  expect(twoLanes).toBeLessThan(oneLane - 10)
})
