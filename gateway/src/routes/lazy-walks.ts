import { createWalks, type WalkingNetwork, type Walks } from '@clearway/routing'

/** Ways on foot, indexed when they are first asked for. @param network undefined where the map has none */
export function lazyWalks(network: WalkingNetwork | undefined): () => Walks | undefined {
  let made: Walks | undefined
  return () => {
    if (network) made ??= createWalks(network)
    return made
  }
}
