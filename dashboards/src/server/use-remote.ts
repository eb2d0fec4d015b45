import { useCallback, useEffect, useState } from 'react'

export type Remote<T> =
  | { state: 'loading'; value?: T | undefined }
  | { state: 'ready'; value: T }
  | { state: 'failed'; error: Error; value?: T | undefined }

/**
 * Loads when `load` changes (memoise it) and again on `reload`. While it reloads, the earlier value stays; a load that
 * was overtaken is aborted.
 */
export function useRemote<T>(load: ((stop: AbortSignal) => Promise<T>) | null): Remote<T> & { reload: () => void } {
  const [remote, setRemote] = useState<Remote<T>>({ state: 'loading' })
  const [round, setRound] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is the request to load again
  useEffect(() => {
    if (!load) return
    const abandon = new AbortController()
    setRemote(({ value }) => ({ state: 'loading', value }))
    load(abandon.signal).then(
      (value) => {
        if (!abandon.signal.aborted) setRemote({ state: 'ready', value })
      },
      (error: Error) => {
        if (!abandon.signal.aborted) setRemote(({ value }) => ({ state: 'failed', error, value }))
      },
    )
    return () => abandon.abort()
  }, [load, round])
  const reload = useCallback(() => setRound((n) => n + 1), [])
  return { ...remote, reload }
}
