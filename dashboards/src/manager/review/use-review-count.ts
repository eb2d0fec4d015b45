import type { ReviewCounts, Role } from '@clearway/contracts'
import { useEffect } from 'react'
import { get } from '../../server/requests.ts'
import { useRemote } from '../../server/use-remote.ts'

const periodMs = 30_000
const load = (stop: AbortSignal) => get<ReviewCounts>('/review', stop)

/** Who may see them, as the server has it; only some of them may correct. */
const reviewers: readonly Role[] = ['admin', 'manager', 'cashier', 'auditor', 'data-officer']

/** How many stays wait for a person; undefined until it is known, and for those whom it does not concern. */
export function useReviewCount(roles: readonly Role[]): { counts: ReviewCounts | undefined; recount: () => void } {
  const { value, reload } = useRemote(reviewers.some((role) => roles.includes(role)) ? load : null)
  useEffect(() => {
    const timer = setInterval(reload, periodMs)
    return () => clearInterval(timer)
  }, [reload])
  return { counts: value, recount: reload }
}
