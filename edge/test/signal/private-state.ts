import { registerHooks } from 'node:module'

/** The product's signal code and the observer at the kerb; the state of all of them is what a state of a junction is. */
const explored = /\/edge\/(src\/signal\/|test\/signal\/street\.ts$)/

/**
 * Turns private fields of what is loaded from now on into ordinary ones, `#heads` into `$heads`, so that the whole state
 * of a running junction can be copied and compared. It is the product's own source that runs, not a model of it. Only in
 * a thread that does nothing else.
 */
export function showPrivateState(): void {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      if (!explored.test(url) || !loaded.source) return loaded
      return { ...loaded, source: loaded.source.toString().replace(/#(?=[a-z])/g, '$') }
    },
  })
}
