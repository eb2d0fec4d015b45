import type { Lot, StreamEvent } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FeedStore } from '../../src/feed/feed-store.ts'

const lots = (kind: StreamEvent['kind'], ...items: { id: string; occupied?: number }[]): StreamEvent => ({
  topic: 'lots',
  kind,
  at: '2026-11-23T08:00:00.000Z',
  items,
})

describe('FeedStore', () => {
  it('a snapshot replaces everything of its topic and nothing of another', () => {
    const store = new FeedStore()
    store.apply(lots('snapshot', { id: 'a' }, { id: 'b' }), 1)
    store.apply({ ...lots('snapshot', { id: 'j-1' }), topic: 'signals' }, 2)
    store.apply(lots('snapshot', { id: 'c' }), 3)
    expect(store.items('lots').map(({ id }) => id)).toEqual(['c'])
    expect(store.find('lots', 'a')).toBeUndefined()
    expect(store.items('signals')).toHaveLength(1)
  })

  it('a delta of known items changes them inside the same array and counts the version up', () => {
    const store = new FeedStore()
    store.apply(lots('snapshot', { id: 'a', occupied: 1 }, { id: 'b', occupied: 2 }), 1)
    const before = store.items('lots')
    const version = store.version('lots')
    store.apply(lots('delta', { id: 'b', occupied: 5 }), 2)
    expect(store.items('lots')).toBe(before)
    expect((store.items('lots') as Lot[])[1]?.occupied).toBe(5)
    expect(store.version('lots')).toBe(version + 1)
  })

  it('a delta with a new item makes a new array, so that a map knows that its length changed', () => {
    const store = new FeedStore()
    store.apply(lots('snapshot', { id: 'a' }), 1)
    const before = store.items('lots')
    store.apply(lots('delta', { id: 'b' }), 2)
    expect(store.items('lots')).not.toBe(before)
    expect(before).toHaveLength(1)
  })

  it('tells the listeners of the topic alone, until they stop', () => {
    const store = new FeedStore()
    let told = 0
    const stop = store.subscribe('lots', () => told++)
    store.apply({ ...lots('snapshot', { id: 'j' }), topic: 'signals' }, 1)
    store.apply(lots('snapshot', { id: 'a' }), 1)
    stop()
    store.apply(lots('delta', { id: 'a' }), 2)
    expect(told).toBe(1)
  })

  it('knows when a topic last spoke', () => {
    const store = new FeedStore()
    expect(store.receivedMs('lots')).toBeUndefined()
    store.apply(lots('delta', { id: 'a' }), 77)
    expect(store.receivedMs('lots')).toBe(77)
  })

  it('holds the newest value per id whatever the order of events', () => {
    const item = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), occupied: fc.nat(99) })
    const event = fc.record({
      kind: fc.constantFrom('snapshot' as const, 'delta' as const),
      items: fc.uniqueArray(item, { selector: ({ id }) => id, maxLength: 4 }),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (events) => {
        const store = new FeedStore()
        let model = new Map<string, number>()
        for (const { kind, items } of events) {
          if (kind === 'snapshot') model = new Map()
          for (const { id, occupied } of items) model.set(id, occupied)
          store.apply(lots(kind, ...items), 0)
        }
        expect(new Map(store.items('lots').map(({ id, occupied }) => [id, occupied]))).toEqual(model)
        for (const [id, occupied] of model) expect(store.find('lots', id)?.occupied).toBe(occupied)
      }),
    )
  })
})
