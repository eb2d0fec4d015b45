import type { ReviewCounts } from '@clearway/contracts'
import { useEffect } from 'react'
import { get } from '../../server/requests.ts'
import { useRemote } from '../../server/use-remote.ts'

const periodMs = 30_000
const load = (stop: AbortSignal) => get<ReviewCounts>('/review', stop)

/** How many stays wait for a person; undefined until it is known. */
export function useReviewCount(): { counts: ReviewCounts | undefined; recount: () => void } {
  const { value, reload } = useRemote(load)
  useEffect(() => {
    const timer = setInterval(reload, periodMs)
    return () => clearInterval(timer)
  }, [reload])
  return { counts: value, recount: reload }
}
