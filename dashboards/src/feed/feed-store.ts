import type {
  Advice,
  Closure,
  DetectorReading,
  Dispatch,
  Incident,
  Lot,
  Reservation,
  SignalDelta,
  SignWithMessage,
  StreamEvent,
  StreamTopic,
  Unit,
} from '@clearway/contracts'

/** What one item of each topic is. */
export interface TopicItems {
  lots: Lot
  signals: SignalDelta
  units: Unit
  dispatches: Dispatch
  signs: SignWithMessage
  detectors: DetectorReading
  /** Also those that have ended since the page was opened. */
  disruptions: Closure | Incident
  /** Likewise. */
  advice: Advice
  reservations: Reservation
}

interface Shelf {
  items: { id: string }[]
  index: Map<string, number>
  version: number
  receivedMs: number | undefined
  listeners: Set<() => void>
}

/**
 * The newest item per topic and id. The array of a topic stays the same object while its members stay the same, and
 * `version` counts every change: deck.gl then updates attributes in place instead of building them again.
 */
export class FeedStore {
  readonly #shelves = new Map<StreamTopic, Shelf>()

  #shelf(topic: StreamTopic): Shelf {
    let shelf = this.#shelves.get(topic)
    if (!shelf) {
      shelf = { items: [], index: new Map(), version: 0, receivedMs: undefined, listeners: new Set() }
      this.#shelves.set(topic, shelf)
    }
    return shelf
  }

  /** A snapshot replaces the topic; a delta replaces or adds by id, in place while no id is new. */
  apply(event: StreamEvent, receivedMs: number): void {
    const shelf = this.#shelf(event.topic)
    if (event.kind === 'snapshot') {
      shelf.index = new Map()
      shelf.items = []
    } else if (event.items.some((item) => !shelf.index.has(item.id))) {
      shelf.items = [...shelf.items]
    }
    for (const item of event.items) {
      const at = shelf.index.get(item.id)
      if (at === undefined) {
        shelf.index.set(item.id, shelf.items.length)
        shelf.items.push(item)
      } else {
        shelf.items[at] = item
      }
    }
    shelf.version++
    shelf.receivedMs = receivedMs
    for (const listener of shelf.listeners) listener()
  }

  items<T extends StreamTopic>(topic: T): readonly TopicItems[T][] {
    return this.#shelf(topic).items as unknown as TopicItems[T][]
  }

  find<T extends StreamTopic>(topic: T, id: string): TopicItems[T] | undefined {
    const shelf = this.#shelf(topic)
    const at = shelf.index.get(id)
    return at === undefined ? undefined : (shelf.items[at] as unknown as TopicItems[T])
  }

  version(topic: StreamTopic): number {
    return this.#shelf(topic).version
  }

  /** When the topic last said anything, on this machine's clock; undefined before the first event. */
  receivedMs(topic: StreamTopic): number | undefined {
    return this.#shelf(topic).receivedMs
  }

  /** @returns the way to stop listening */
  subscribe(topic: StreamTopic, listener: () => void): () => void {
    const { listeners } = this.#shelf(topic)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
}
