import { pipeline } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import { DeniedError, InputError, type Role, type StreamTopic, streamTopics } from '@clearway/contracts'
import { Type } from 'typebox'
import type { Feature } from '../core.ts'
import { acceptsGzip } from '../http/compression.ts'
import { type Actor, rawRoute } from '../http/route.ts'
import type { LiveStream } from './live-stream.ts'

/** Who may follow what; `admin` everything. */
const readers: Record<StreamTopic, readonly Role[]> = {
  lots: ['dispatcher', 'manager', 'cashier', 'hospital', 'auditor', 'data-officer', 'flows'],
  signals: ['dispatcher', 'manager', 'auditor', 'data-officer', 'flows'],
  units: ['dispatcher', 'hospital', 'auditor'],
  dispatches: ['dispatcher', 'auditor', 'flows'],
  signs: ['dispatcher', 'manager', 'auditor', 'flows'],
  detectors: ['dispatcher', 'manager', 'auditor', 'data-officer', 'flows'],
  disruptions: ['dispatcher', 'manager', 'cashier', 'hospital', 'auditor', 'data-officer', 'flows'],
  advice: ['dispatcher', 'manager', 'auditor', 'flows', 'navigation'],
  // With plates: for those who may see them.
  reservations: ['manager', 'hospital'],
}

/** The live feed over HTTP. */
export function createStream(stream: LiveStream): Feature {
  return {
    routes: [
      rawRoute({
        method: 'GET',
        path: '/stream',
        access: 'signed-in',
        summary: 'Live changes as server-sent events: a snapshot of each topic, then deltas; resumes by Last-Event-ID',
        query: Type.Object({
          topics: Type.String({
            minLength: 1,
            maxLength: 200,
            description: `one or more of ${streamTopics.join(', ')}, by comma`,
          }),
        }),
        mediaType: 'text/event-stream',
        answer: Type.String({ description: 'the data of each event is a StreamEvent' }),
        handle: ({ query, actor, headers }) => {
          const reader = stream.open(topicsOf(query.topics, actor), actor, headers['last-event-id'])
          // No buffering on the way: an event that waits in a proxy is not live.
          const answer = { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' }
          if (!acceptsGzip(headers)) return { body: reader, headers: answer }
          const gzip = createGzip({ level: 1, flush: constants.Z_SYNC_FLUSH })
          // A browser that leaves ends both; that is not an error.
          pipeline(reader, gzip, () => reader.destroy())
          return { body: gzip, headers: { ...answer, 'content-encoding': 'gzip' } }
        },
      }),
    ],
  }
}

function topicsOf(text: string, actor: Actor): StreamTopic[] {
  const known = (name: string): name is StreamTopic => (streamTopics as readonly string[]).includes(name)
  return [...new Set(text.split(','))].map((name) => {
    if (!known(name)) {
      const message = `"${name}" is not one of ${streamTopics.join(', ')}`
      throw new InputError('topic-unknown', `topics: ${message}`, [{ field: 'topics', message }])
    }
    if (!actor.roles.includes('admin') && !readers[name].some((role) => actor.roles.includes(role))) {
      throw new DeniedError('topic-denied', `topic ${name} is for ${readers[name].join(', ')}`)
    }
    return name
  })
}
