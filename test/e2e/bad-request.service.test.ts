import { connect as connectSocket } from 'node:net'
import type { Lot, Problem } from '@clearway/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminToken, metricsOf, type RunningGateway, startGateway } from './running-city.ts'

let gateway: RunningGateway
const lot = { name: { en: 'Mine' }, position: { lon: 1, lat: 2 }, capacity: 4, kind: 'barrier-less' }

beforeAll(async () => {
  gateway = await startGateway()
  await gateway.api('/lots/mine', { method: 'PUT', body: lot })
})
afterAll(async () => {
  expect(await gateway?.stop()).toBe(0)
})

describe('a call that cannot be served is a problem that names field and value', () => {
  const json = { 'content-type': 'application/json' }
  const put = (body: unknown, headers: Record<string, string> = json): RequestInit => ({
    method: 'PUT',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const stay = { vehicleClass: 'small', plateColour: 'blue', enteredAt: '2026-03-02T00:00:00.000Z' }
  const quote = { ...put({ ...stay, lot: 'mine', leftAt: '2026-03-01T00:00:00.000Z' }), method: 'POST' }
  const { capacity: _, ...capacityless } = lot
  const cases: [what: string, path: string, init: RequestInit, status: number, field: string, message: RegExp][] = [
    ['a missing field', '/lots/mine', put(capacityless), 400, 'capacity', /is missing/],
    ['an unknown field', '/lots/mine', put({ ...lot, colour: 'red' }), 400, 'colour', /not known here, got "red"/],
    ['text for a number', '/lots/mine', put({ ...lot, capacity: '4' }), 400, 'capacity', /integer, got "4"/],
    [
      'a field inside',
      '/lots/mine',
      put({ ...lot, position: { lon: 1, lat: 91 } }),
      400,
      'position.lat',
      /<= 90, got 91/,
    ],
    ['an unknown kind', '/lots/mine', put({ ...lot, kind: 'tent' }), 400, 'kind', /barrier-less, .*got "tent"/],
    ['an unknown tariff', '/lots/mine', put({ ...lot, tariff: 'nope' }), 400, 'tariff', /no tariff "nope"/],
    ['an array', '/lots/mine', put([1]), 400, '(body)', /object, got \[1\]/],
    ['no JSON', '/lots/mine', put('{"name": '), 400, '(body)', /is not JSON/],
    ['no body', '/lots/mine', { method: 'PUT' }, 400, '(body)', /is missing/],
    [
      'another content type',
      '/lots/mine',
      put(lot, { 'content-type': 'text/csv' }),
      415,
      'content-type',
      /"text\/csv"; send application\/json/,
    ],
    ['too large a body', '/lots/mine', put('x'.repeat(1_048_577)), 413, '(body)', /1048576 bytes/],
    ['a bad id', '/lots/MINE', put(lot), 400, 'id', /lower-case letters.*got "MINE"/],
    ['an unknown parameter', '/lots?colour=red', {}, 400, 'colour', /not known here, got "red"/],
    ['a mistyped parameter', '/lots?limit=many', {}, 400, 'limit', /integer, got "many"/],
    ['a parameter out of range', '/lots?limit=1001', {}, 400, 'limit', /<= 1000, got 1001/],
    ['a time that is none', '/stays?from=yesterday', {}, 400, 'from', /RFC 3339 .*got "yesterday"/],
    ['a span that runs backwards', '/quotes', quote, 400, 'leftAt', /2026-03-01.* before enteredAt 2026-03-02/],
    ['an unknown topic', '/stream?topics=lots,cats', {}, 400, 'topics', /"cats" is not one of lots/],
  ]
  const call = async (path: string, init: RequestInit) => {
    const headers = { authorization: `Bearer ${adminToken}`, ...(init.headers as Record<string, string>) }
    const answer = await fetch(`${gateway.url}${path}`, { ...init, headers })
    return { answer, type: answer.headers.get('content-type'), problem: (await answer.json()) as Problem }
  }

  it.each(cases)('%s', async (_what, path, init, status, field, message) => {
    const { answer, type, problem } = await call(`/api/v1${path}`, init)
    expect(problem).toMatchObject({ status, errors: [{ field, message: expect.stringMatching(message) }] })
    expect(problem.detail).toMatch(message)
    expect(problem.type).toMatch(/^urn:clearway:problem:/)
    expect([answer.status, type]).toEqual([status, 'application/problem+json'])
  })

  it('an address, a method or a thing that is not there', async () => {
    expect((await call('/api/v1/garages', {})).problem).toMatchObject({
      status: 404,
      detail: expect.stringContaining('/api/v1/garages'),
    })
    expect((await call('/garages.json', {})).problem).toMatchObject({
      status: 404,
      detail: expect.stringContaining('/garages.json'),
    })
    expect((await call('/api/v1/lots/nope', {})).problem).toMatchObject({
      status: 404,
      detail: expect.stringContaining('"nope"'),
    })
    expect((await call('/api/v1/lots/%zz', {})).problem).toMatchObject({
      status: 400,
      detail: expect.stringContaining('/lots/%zz'),
    })
    const { answer, problem } = await call('/api/v1/lots/mine', { method: 'DELETE' })
    expect(problem).toMatchObject({ status: 405, detail: '/api/v1/lots/mine takes GET, PUT, not DELETE' })
    expect(answer.headers.get('allow')).toBe('GET, PUT')
  })

  it('no credential or a wrong one, which is not repeated', async () => {
    for (const authorization of ['', 'Bearer of-bad-news', 'Basic YWRtaW46b2YtYmFkLW5ld3M=']) {
      const { problem } = await call('/api/v1/lots', { headers: { authorization } })
      expect(problem).toMatchObject({ status: 401, type: 'urn:clearway:problem:not-signed-in' })
      expect(JSON.stringify(problem)).not.toMatch(/bad-news|YWRt/)
    }
    const wrong = { user: 'admin', password: 12345678, code: 'once-only' }
    const { problem } = await call('/api/v1/sign-in', { ...put(wrong), method: 'POST' })
    expect(problem).toMatchObject({ status: 400, detail: expect.stringContaining('password must be string') })
    expect(JSON.stringify(problem)).not.toMatch(/12345678|once-only/)
  })

  it('bytes that are no HTTP', async () => {
    const { port, hostname } = new URL(gateway.url)
    const socket = connectSocket(Number(port), hostname)
    socket.write('BREW /api/v1/lots HTTP/1.1\r\n\r\n')
    let text = ''
    for await (const chunk of socket) text += chunk
    expect(text).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*content-type: application\/problem\+json[\s\S]*not a valid HTTP request/,
    )
  })
})

it('after all of this the gateway lives, has failed at nothing, and counts what it refused', async () => {
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200)
  expect(gateway.lines.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([])
  const answered = [...(await metricsOf(gateway))].filter(([name]) => /http_requests_total.*status="4/.test(name))
  expect(answered.reduce((sum, [, value]) => sum + value, 0)).toBeGreaterThanOrEqual(20)
  expect((await gateway.api<Lot>('/lots/mine')).capacity).toBe(4)
})
