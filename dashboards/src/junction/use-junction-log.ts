import type { Dispatch, LoggedSignalEvent, Page, SignalMeasures } from '@clearway/contracts'
import { useCallback, useEffect, useState } from 'react'
import { get, getAll } from '../server/requests.ts'
import { useRemote } from '../server/use-remote.ts'

/** The list of pre-emptions and the measures look back so far. */
const lookBackMs = 24 * 3_600_000
/** Events are asked for from so long before a picture begins: what every face showed then is known by them. */
const leadMs = 10 * 60_000
const reloadEveryMs = 10_000

const stamp = (atMs: number) => encodeURIComponent(new Date(atMs).toISOString())

export const eventsPath = (junction: string, fromMs: number, toMs: number, codes?: readonly number[]): string =>
  `/junctions/${junction}/events?from=${stamp(fromMs)}&to=${stamp(toMs)}${codes ? `&code=${codes.join(',')}` : ''}`

/** Changes every few seconds, so that what follows it is asked for again. */
export function useBeat(periodMs = reloadEveryMs): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), periodMs)
    return () => clearInterval(timer)
  }, [periodMs])
  return nowMs
}

/** The log of a junction over a stretch, with enough before it to know what was shown at its start. */
export function useEvents(junction: string, fromMs: number, toMs: number) {
  const load = useCallback(
    (stop: AbortSignal) => getAll<LoggedSignalEvent>(eventsPath(junction, fromMs - leadMs, toMs), stop),
    [junction, fromMs, toMs],
  )
  return useRemote(load)
}

/** The measures of the last day, in one bucket. */
export function useMeasures(junction: string, nowMs: number) {
  const load = useCallback(
    (stop: AbortSignal) =>
      get<{ items: SignalMeasures[] }>(
        `/junctions/${junction}/measures?from=${stamp(nowMs - lookBackMs)}&to=${stamp(nowMs)}&bucket=all`,
        stop,
      ),
    [junction, nowMs],
  )
  return useRemote(load)
}

/** The mission, of the latest, whose vehicle passed the junction within a stretch; null where there was none. */
export function usePassage(junction: string, fromMs: number, toMs: number) {
  const load = useCallback(
    async (stop: AbortSignal): Promise<Dispatch | null> => {
      const { items: missions } = await get<Page<Dispatch>>('/dispatches?limit=200', stop)
      const passed = (dispatch: Dispatch) =>
        dispatch.junctions.some(({ junction: id, passedAt }) => {
          const atMs = passedAt === undefined ? Number.NaN : Date.parse(passedAt)
          return id === junction && atMs >= fromMs && atMs < toMs
        })
      return missions.find(passed) ?? null
    },
    [junction, fromMs, toMs],
  )
  return useRemote(load)
}
