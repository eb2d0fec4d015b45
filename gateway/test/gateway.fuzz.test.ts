import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { SmallGateway } from './http/small-gateway.ts'

const small = await SmallGateway.open({ CLEARWAY_LIMITS_REQUESTS_PER_MINUTE: '1000000' })
afterAll(() => small.close())

const word = fc.oneof(
  fc.constantFrom('p-1', 'gate-1', '0', '-1', 'null', '__proto__', '..', '%00', '2026-11-23T08:00:00.000Z', '8.6,49.4'),
  fc.string({ maxLength: 20 }),
)
/** Bodies built from the names that the routes know, so that many get past the first check. */
const names = fc.constantFrom(
  ...['id', 'kind', 'district', 'user', 'password', 'code', 'name', 'position', 'lon', 'lat', 'capacity', 'tariff'],
  ...[
    'document',
    'validFrom',
    'role',
    'origin',
    'destination',
    'vehicle',
    'text',
    'until',
    'reason',
    'amountFen',
    'lot',
  ],
)
const { value: anyJson } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, word, fc.double(), fc.boolean(), fc.constant(null), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(names, tie('value'), { maxKeys: 5 }),
}))

it('no generated call makes the gateway fail', async () => {
  const call = fc.record({
    route: fc.constantFrom(...small.gateway.routes),
    id: word,
    query: fc.dictionary(fc.constantFrom('limit', 'cursor', 'from', 'to', 'topics', 'bucket', 'state', 'plate'), word, {
      maxKeys: 3,
    }),
    body: anyJson,
  })
  await fc.assert(
    fc.asyncProperty(call, async ({ route, id, query, body }) => {
      const path = route.path.replaceAll(/\{\w+\}/g, encodeURIComponent(id))
      const search = new URLSearchParams(query).toString()
      const sends = route.method === 'POST' || route.method === 'PUT'
      const answer = await small.gateway.app.inject({
        method: route.method,
        url: `/api/v1${path}${search ? `?${search}` : ''}`,
        headers: {
          authorization: 'Bearer the-token-of-the-operator',
          ...(sends ? { 'content-type': 'application/json' } : {}),
        },
        ...(sends ? { payload: JSON.stringify(body) } : {}),
        // An event stream that was opened goes on: its head is enough.
        payloadAsStream: true,
      })
      answer.stream().destroy()
      expect(answer.statusCode, `${route.method} ${path}?${search} ${JSON.stringify(body)}`).toBeLessThan(500)
    }),
    { numRuns: 1500 },
  )
})
