import type { StreamTopic } from '@clearway/contracts'
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { get } from '../server/requests.ts'
import { FeedStore, type TopicItems } from './feed-store.ts'
import { browserSurroundings, type FeedState, LiveFeed } from './live-feed.ts'

export interface OpenFeed {
  store: FeedStore
  state: FeedState
}

/** Opens the feed of a page for as long as it is shown. `topics` must be a constant. */
export function useFeed(topics: readonly StreamTopic[]): OpenFeed {
  const [{ store, feed }] = useState(() => {
    const store = new FeedStore()
    // After a loss the session is asked for: an ended one sends the page to sign in, the rest is the back-off's matter.
    const askSession = () => void get('/session').catch(() => undefined)
    return { store, feed: new LiveFeed(store, topics, browserSurroundings, askSession) }
  })
  useEffect(() => {
    feed.start()
    return () => feed.stop()
  }, [feed])
  const state = useSyncExternalStore(feed.subscribe, () => feed.state)
  return { store, state }
}

/** The items of a topic as React sees them: the first at once, then a new array at most once per `periodMs`. */
export function useTopic<T extends StreamTopic>(store: FeedStore, topic: T, periodMs = 500): readonly TopicItems[T][] {
  const [items, setItems] = useState<readonly TopicItems[T][]>(() => [...store.items(topic)])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let shownMs = 0
    let any = false
    const show = () => {
      timer = undefined
      shownMs = Date.now()
      any = store.items(topic).length > 0
      setItems([...store.items(topic)])
    }
    const stop = store.subscribe(topic, () => {
      timer ??= setTimeout(show, any ? Math.max(0, shownMs + periodMs - Date.now()) : 0)
    })
    show()
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [store, topic, periodMs])
  return items
}

/** Milliseconds since the newest event of any of the topics; undefined before the first. Looked at once a second. */
export function useDataAge(store: FeedStore, topics: readonly StreamTopic[]): number | undefined {
  const age = useCallback(() => {
    const received = topics.map((topic) => store.receivedMs(topic)).filter((ms) => ms !== undefined)
    return received.length === 0 ? undefined : Math.max(0, Date.now() - Math.max(...received))
  }, [store, topics])
  const [shown, setShown] = useState(age)
  useEffect(() => {
    const timer = setInterval(() => setShown(age()), 1000)
    return () => clearInterval(timer)
  }, [age])
  return shown
}
