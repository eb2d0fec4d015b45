import type { Position, StreamTopic } from '@clearway/contracts'
import type { FeedStore } from '../feed/feed-store.ts'
import type { MapEngine } from './map-engine.ts'

/**
 * What browser tests may read, and nothing that they could change: whether the map stands, how many streets it draws,
 * how many items each topic holds, and where on the screen a position is.
 */
interface PageHook {
  readonly map: {
    readonly ready: boolean
    readonly engine: MapEngine['name'] | null
    /** Streets of the base map that are drawn in the present view. */
    readonly renderedRoads: number
    readonly zoom: number | null
    /** Pixels from the top left corner of the page. */
    project(position: Position): readonly [number, number] | null
  }
  items(topic: StreamTopic): number
}

declare global {
  interface Window {
    __clearway?: PageHook
  }
}

/** Puts the hook in place for as long as a map is shown. @returns the way to take it away */
export function provideHook(store: FeedStore, container: HTMLElement, engine: () => MapEngine | undefined): () => void {
  window.__clearway = Object.freeze({
    map: Object.freeze({
      get ready() {
        return engine() !== undefined
      },
      get engine() {
        return engine()?.name ?? null
      },
      get renderedRoads() {
        return engine()?.renderedRoads() ?? 0
      },
      get zoom() {
        return engine()?.zoom() ?? null
      },
      project(position: Position) {
        const at = engine()?.project(position)
        if (!at) return null
        const { left, top } = container.getBoundingClientRect()
        return [left + at[0], top + at[1]] as const
      },
    }),
    items: (topic: StreamTopic) => store.items(topic).length,
  })
  return () => {
    delete window.__clearway
  }
}
