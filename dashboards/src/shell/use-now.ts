import { useEffect, useState } from 'react'

/** The present, looked at once a second while `running`. */
export function useNow(running = true): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => setNowMs(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [running])
  return nowMs
}
