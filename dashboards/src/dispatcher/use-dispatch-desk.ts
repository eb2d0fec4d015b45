import type { Dispatch } from '@clearway/contracts'
import { useCallback, useState } from 'react'
import { post } from '../server/requests.ts'
import { type Draft, requestOf } from './draft.ts'

export interface DispatchDesk {
  /** Planned and not yet activated. */
  plan: Dispatch | undefined
  busy: 'planning' | 'activating' | 'cancelling' | undefined
  error: Error | undefined
  preview(draft: Draft): Promise<void>
  /** Plans unless the plan of this draft stands already, then activates. @returns the id of the mission */
  activate(draft: Draft): Promise<string | undefined>
  discard(): Promise<void>
  cancel(mission: string): Promise<void>
}

const planOf = (draft: Draft): Promise<Dispatch> => post<Dispatch>('/dispatches', requestOf(draft))

/** The commands of the desk. What they lead to comes back over the stream, like everybody else's. */
export function useDispatchDesk(): DispatchDesk {
  const [standing, setStanding] = useState<{ draft: Draft; plan: Dispatch }>()
  const [busy, setBusy] = useState<DispatchDesk['busy']>()
  const [error, setError] = useState<Error>()

  const doing = useCallback(async <T>(what: DispatchDesk['busy'], work: () => Promise<T>): Promise<T | undefined> => {
    setBusy(what)
    setError(undefined)
    try {
      return await work()
    } catch (failure) {
      setError(failure as Error)
      return undefined
    } finally {
      setBusy(undefined)
    }
  }, [])

  /** A plan that nobody will drive is taken back, so that it does not wait on the list of dispatches. */
  const drop = useCallback(async () => {
    if (!standing) return
    setStanding(undefined)
    await post(`/dispatches/${standing.plan.id}/cancel`)
  }, [standing])

  return {
    plan: standing?.plan,
    busy,
    error,
    preview: async (draft) => {
      await doing('planning', async () => {
        await drop()
        setStanding({ draft, plan: await planOf(draft) })
      })
    },
    activate: (draft) =>
      doing('activating', async () => {
        let plan = standing?.plan
        if (!plan || standing?.draft !== draft) {
          await drop()
          plan = await planOf(draft)
          setStanding({ draft, plan })
        }
        await post<Dispatch>(`/dispatches/${plan.id}/activate`)
        setStanding(undefined)
        return plan.id
      }),
    discard: async () => {
      await doing('cancelling', drop)
    },
    cancel: async (mission) => {
      await doing('cancelling', () => post(`/dispatches/${mission}/cancel`))
    },
  }
}
