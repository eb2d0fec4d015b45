import { describe, expect, it } from 'vitest'
import { FeedStore } from '../../src/feed/feed-store.ts'
import { backOffMs, type FeedSurroundings, LiveFeed, type Source } from '../../src/feed/live-feed.ts'

/** A browser whose clock and connections the test holds in its hand. */
function browser() {
  let nowMs = 0
  const sources: (Source & { address: string; closed: boolean })[] = []
  const timers: { dueMs: number; call: () => void; off: boolean }[] = []
  const surroundings: FeedSurroundings = {
    open(address) {
      const source = {
        address,
        closed: false,
        onopen: null,
        onmessage: null,
        onerror: null,
        close() {
          this.closed = true
        },
      }
      sources.push(source)
      return source
    },
    nowMs: () => nowMs,
    after(delayMs, call) {
      const timer = { dueMs: nowMs + delayMs, call, off: false }
      timers.push(timer)
      return () => {
        timer.off = true
      }
    },
  }
  const pass = (ms: number) => {
    const endMs = nowMs + ms
    for (;;) {
      const next = timers.filter(({ off, dueMs }) => !off && dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0]
      if (!next) break
      next.off = true
      nowMs = next.dueMs
      next.call()
    }
    nowMs = endMs
  }
  return { surroundings, sources, pass }
}

const snapshot = JSON.stringify({
  topic: 'lots',
  kind: 'snapshot',
  at: '2026-11-23T08:00:00.000Z',
  items: [{ id: 'a' }],
})

function started(onLost?: () => void) {
  const { surroundings, sources, pass } = browser()
  const store = new FeedStore()
  const feed = new LiveFeed(store, ['lots', 'units'], surroundings, onLost)
  feed.start()
  return { feed, store, sources, pass }
}

describe('LiveFeed', () => {
  it('asks for its topics and fills the store', () => {
    const { feed, store, sources } = started()
    expect(sources[0]?.address).toBe('/api/v1/stream?topics=lots,units')
    expect(feed.state).toBe('connecting')
    sources[0]?.onmessage?.({ data: snapshot })
    expect(feed.state).toBe('live')
    expect(store.items('lots')).toHaveLength(1)
  })

  it('connects again after a loss, later each time, and keeps what it had', () => {
    let lost = 0
    const { feed, store, sources, pass } = started(() => lost++)
    sources[0]?.onmessage?.({ data: snapshot })
    sources[0]?.onerror?.()
    expect(sources[0]?.closed).toBe(true)
    expect(feed.state).toBe('connecting')
    expect(store.items('lots')).toHaveLength(1)
    pass(backOffMs(0) - 1)
    expect(sources).toHaveLength(1)
    pass(1)
    expect(sources).toHaveLength(2)
    sources[1]?.onerror?.()
    pass(backOffMs(0))
    expect(sources).toHaveLength(2)
    pass(backOffMs(1))
    expect(sources).toHaveLength(3)
    expect(lost).toBe(2)
  })

  it('begins the back-off anew once something was heard', () => {
    const { sources, pass } = started()
    for (const n of [0, 1, 2]) {
      sources[n]?.onerror?.()
      pass(backOffMs(n))
    }
    expect(sources).toHaveLength(4)
    sources[3]?.onmessage?.({ data: snapshot })
    sources[3]?.onerror?.()
    pass(backOffMs(0))
    expect(sources).toHaveLength(5)
  })

  it('takes a link that fell silent for dead', () => {
    const { sources, pass } = started()
    pass(50_000)
    sources[0]?.onmessage?.({ data: snapshot })
    pass(50_000)
    expect(sources[0]?.closed).toBe(false)
    pass(100_000)
    expect(sources[0]?.closed).toBe(true)
    expect(sources.length).toBeGreaterThan(1)
  })

  it('leaves nothing behind when it stops', () => {
    const { feed, sources, pass } = started()
    sources[0]?.onerror?.()
    feed.stop()
    pass(1_000_000)
    expect(sources).toHaveLength(1)
  })

  it('waits at most 20 s', () => {
    expect([0, 1, 2, 3].map(backOffMs)).toEqual([500, 1000, 2000, 4000])
    expect(backOffMs(40)).toBe(20_000)
  })
})
