import { useEffect, useState } from 'react'
import type { SlowRoad } from '../map/layers/road-layers.ts'
import { get } from '../server/requests.ts'

/** Roads change every five seconds at most, and people do not look closer than this. */
const everyMs = 15_000

/** The slow roads of now while `on`; the last known ones while the server does not answer. */
export function useSlowRoads(on: boolean): readonly SlowRoad[] {
  const [roads, setRoads] = useState<readonly SlowRoad[]>([])
  useEffect(() => {
    if (!on) return setRoads([])
    const stop = new AbortController()
    const load = () =>
      get<{ features: SlowRoad[] }>('/traffic', stop.signal).then(
        ({ features }) => setRoads(features.filter(({ properties }) => properties.closedTo === null)),
        // The badge of the feed says that the server is away; the next round tries again.
        () => undefined,
      )
    void load()
    const timer = setInterval(() => void load(), everyMs)
    return () => {
      clearInterval(timer)
      stop.abort()
    }
  }, [on])
  return roads
}
