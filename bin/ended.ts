/** Resolves with the signal's name when the process is asked to end; asked again a second later, it ends at once. */
export function ended(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let askedMs: number | undefined
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        // Ctrl-C reaches this process and the one that started it, which passes it on: the pair counts as one.
        if (askedMs !== undefined && performance.now() - askedMs > 1000) process.exit(1)
        askedMs ??= performance.now()
        resolve(signal)
      })
    }
  })
}
