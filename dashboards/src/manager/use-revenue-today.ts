import type { LotMetrics } from '@clearway/contracts'
import { useEffect, useState } from 'react'
import { startOfDayMs } from '../language/city-day.ts'
import { get } from '../server/requests.ts'

export interface RevenueToday {
  /** Fen per lot. */
  byLot: ReadonlyMap<string, number>
  totalFen: number
}

/** Bills are issued at the pace of departures; once a minute is as fresh as anyone reads it. */
const periodMs = 60_000

async function load(timeZone: string, stop: AbortSignal): Promise<RevenueToday> {
  const nowMs = Date.now()
  const query = new URLSearchParams({
    from: new Date(startOfDayMs(nowMs, timeZone)).toISOString(),
    to: new Date(nowMs).toISOString(),
    bucket: 'all',
    by: 'lot',
  })
  const { items } = await get<{ items: LotMetrics[] }>(`/lots/metrics?${query}`, stop)
  return {
    byLot: new Map(items.map(({ lot, revenueFen }) => [lot ?? '', revenueFen])),
    totalFen: items.reduce((sum, { revenueFen }) => sum + revenueFen, 0),
  }
}

/** Revenue since the city's midnight, of each lot and of all. Null until it is known. */
export function useRevenueToday(timeZone: string): RevenueToday | null {
  const [revenue, setRevenue] = useState<RevenueToday | null>(null)
  useEffect(() => {
    const abandon = new AbortController()
    const ask = () =>
      load(timeZone, abandon.signal).then(setRevenue, (error: Error) => {
        if (!abandon.signal.aborted) console.warn('Revenue of the day could not be loaded:', error)
      })
    void ask()
    const timer = setInterval(() => void ask(), periodMs)
    return () => {
      abandon.abort()
      clearInterval(timer)
    }
  }, [timeZone])
  return revenue
}
