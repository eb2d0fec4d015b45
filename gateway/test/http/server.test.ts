import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminToken, SmallGateway } from './small-gateway.ts'

const pagesDir = mkdtempSync(join(tmpdir(), 'clearway-pages-'))
writeFileSync(join(pagesDir, 'index.html'), '<title>Clearway</title>')

let small: SmallGateway
beforeAll(async () => {
  small = await SmallGateway.open({ CLEARWAY_LIMITS_BODY_BYTES: '2000' }, { pagesDir })
})
afterAll(() => small.close())

const gate = { id: 'gate-1', kind: 'gate', district: 'lixia' }

describe('a wrong request', () => {
  it.each([
    ['an unknown property', { ...gate, colour: 'red' }, 'colour', '"red"'],
    ['a wrong value', { ...gate, kind: 'door' }, 'kind', '"door"'],
    ['a number as text', { ...gate, position: { lon: '117.1', lat: 36.6 } }, 'position.lon', '"117.1"'],
    ['an unknown property further in', { ...gate, position: { lon: 1, lat: 2, z: 3 } }, 'position.z', '3'],
    ['a missing property', { id: 'gate-1', kind: 'gate' }, 'district', 'missing'],
  ])('with %s is refused naming field and value', async (_what, body, field, named) => {
    const answer = await small.ask('POST', 'devices', body)
    expect(answer.status).toBe(400)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    const fault = answer.json.errors.find((error: { field: string }) => error.field === field)
    expect(fault.message).toContain(named)
  })

  it.each([
    ['limit=0', 'limit', '0'],
    ['limit=many', 'limit', '"many"'],
    ['limit=1001', 'limit', '1001'],
    ['colour=red', 'colour', '"red"'],
    ['__proto__=1', '__proto__', '"1"'],
    ['kind=gate&kind=bay', 'kind', '["gate","bay"]'],
  ])('with the query %s is refused naming the parameter', async (query, field, named) => {
    const answer = await small.ask('GET', `devices?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.json.errors[0]).toMatchObject({ field, message: expect.stringContaining(named) })
  })

  it('with a cursor of another list is refused', async () => {
    const cursor = Buffer.from('[7]').toString('base64url')
    expect(await small.ask('GET', `devices?cursor=${cursor}`)).toMatchObject({
      status: 400,
      json: { errors: [{ field: 'cursor' }] },
    })
  })

  const send = (payload: string, type: string) =>
    small.gateway.app.inject({
      method: 'POST',
      url: '/api/v1/devices',
      payload,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': type },
    })

  it.each([
    [400, 'json-malformed', '{"id":', 'application/json'],
    [400, 'json-malformed', '{"__proto__":{"admin":true}}', 'application/json'],
    [400, 'json-too-deep', `${'['.repeat(900)}${']'.repeat(900)}`, 'application/json'],
    [400, 'schema', '', 'application/json'],
    [415, 'media-type-unsupported', 'id=gate-1', 'application/x-www-form-urlencoded'],
    [413, 'body-too-large', JSON.stringify({ ...gate, name: { en: 'x'.repeat(2000) } }), 'application/json'],
  ])('%i %s', async (status, code, payload, type) => {
    const answer = await send(payload, type)
    expect(answer.statusCode).toBe(status)
    expect(answer.json()).toMatchObject({ status, type: `urn:clearway:problem:${code}`, title: expect.any(String) })
  })

  it('at an unknown address is a problem below the base and outside it', async () => {
    expect((await small.ask('GET', 'nothing')).json.type).toBe('urn:clearway:problem:address-unknown')
    expect((await small.ask('GET', '/nothing.js')).json.type).toBe('urn:clearway:problem:address-unknown')
    expect((await small.ask('GET', '/%zz')).json.type).toBe('urn:clearway:problem:address-malformed')
  })
})

describe('an Idempotency-Key', () => {
  const post = (key: string, body: object) =>
    small.gateway.app.inject({
      method: 'POST',
      url: '/api/v1/devices',
      payload: body,
      headers: { authorization: `Bearer ${adminToken}`, 'idempotency-key': key },
    })

  it('brings the first answer again, without doing it again', async () => {
    const first = await post('one', { ...gate, id: 'gate-once' })
    const again = await post('one', { ...gate, id: 'gate-once' })
    expect(again.statusCode).toBe(201)
    expect(again.json()).toEqual(first.json())
    expect((await post('two', { ...gate, id: 'gate-once' })).statusCode).toBe(409)
  })

  it('refuses another body under the same key', async () => {
    await post('three', { ...gate, id: 'gate-three' })
    const other = await post('three', { ...gate, id: 'gate-four' })
    expect(other.statusCode).toBe(409)
    expect(other.json().type).toBe('urn:clearway:problem:idempotency-key-reused')
  })

  it('does not remember a refusal', async () => {
    expect((await post('five', { ...gate, id: 'gate-five', x: 1 })).statusCode).toBe(400)
    expect((await post('five', { ...gate, id: 'gate-five' })).statusCode).toBe(201)
  })

  it('keeps no secret in the store in the clear', async () => {
    const { token } = (await post('six', { ...gate, id: 'gate-six' })).json()
    const kept = small.gateway.core.records.db.prepare('select * from idempotency').all()
    expect(kept.length).toBeGreaterThan(0)
    for (const { sealed } of kept) expect(Buffer.from(sealed as Uint8Array).toString('latin1')).not.toContain(token)
  })
})

describe('lists', () => {
  it('page by cursor without losing or repeating anything', async () => {
    for (let i = 0; i < 7; i++) small.gateway.core.devices.add({ id: `bay-${i}`, kind: 'bay', district: 'lixia' })
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`
      const { json } = await small.ask('GET', `devices?kind=bay&limit=3${query}`)
      expect(json.items.length).toBeLessThanOrEqual(3)
      seen.push(...json.items.map(({ id }: { id: string }) => id))
      cursor = json.nextCursor
    } while (cursor !== null)
    expect(seen).toEqual(Array.from({ length: 7 }, (_, i) => `bay-${i}`))
  })
})

describe('every answer', () => {
  it('is compressed where that is accepted and worth it', async () => {
    for (let i = 0; i < 60; i++) small.gateway.core.devices.add({ id: `sign-${i}`, kind: 'sign', district: 'lixia' })
    const plain = await small.ask('GET', 'devices?kind=sign')
    expect(plain.headers['content-encoding']).toBeUndefined()
    const answer = await small.gateway.app.inject({
      url: '/api/v1/devices?kind=sign',
      headers: { authorization: `Bearer ${adminToken}`, 'accept-encoding': 'br, gzip' },
    })
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' })
    expect(JSON.parse(gunzipSync(answer.rawPayload).toString())).toEqual(plain.json)
  })

  it('carries the security headers and a correlation id', async () => {
    const { headers } = await small.ask('GET', '/livez')
    expect(headers['content-security-policy']).toContain("default-src 'self'")
    expect(headers['content-security-policy']).toContain("worker-src 'self' blob:")
    expect(headers['content-security-policy']).not.toContain('mapbox')
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
    expect(headers['x-correlation-id']).toMatch(/^[0-9a-f]{32}$/)
  })

  it('takes up the trace of its caller', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    const answer = await small.gateway.app.inject({
      url: '/livez',
      headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
    })
    expect(answer.headers['x-correlation-id']).toBe(trace)
  })
})

describe('outside the base', () => {
  it('says that it lives, and that it is not ready before it has started', async () => {
    expect((await small.ask('GET', '/livez', undefined, null)).status).toBe(200)
    expect(await small.ask('GET', '/readyz', undefined, null)).toMatchObject({
      status: 503,
      json: { status: 'starting', parts: { started: false } },
    })
  })

  it('counts requests by row of the table, not by address', async () => {
    await small.ask('GET', 'devices?limit=1')
    const { text } = await small.ask('GET', '/metrics', undefined, null)
    expect(text).toContain('route="/api/v1/devices"')
    expect(text).not.toContain('limit=1')
  })

  it('serves the pages, and the page for an address of its own router', async () => {
    for (const path of ['/', '/dispatcher/junctions/j-7']) {
      const page = await small.ask('GET', path, undefined, null)
      expect(page).toMatchObject({ status: 200, text: '<title>Clearway</title>' })
      expect(page.headers['cache-control']).toBe('no-cache')
    }
  })

  it.each(['/', '/dispatcher/junctions/j-7', '/livez', '/metrics', '/openapi.json'])(
    'answers HEAD %s as GET, without the body',
    async (url) => {
      const headers = { 'accept-encoding': 'gzip, br' }
      const answer = await small.gateway.app.inject({ method: 'HEAD', url, headers })
      expect(answer).toMatchObject({ statusCode: 200, body: '' })
    },
  )

  it('does not serve what lies beside the pages', async () => {
    const answer = await small.ask('GET', '/..%2f..%2fetc%2fpasswd', undefined, null)
    expect(answer.text).not.toContain('root:')
  })
})

describe('a flood', () => {
  it('from one address is refused until time has passed', async () => {
    const narrow = await SmallGateway.open({ CLEARWAY_LIMITS_REQUESTS_PER_MINUTE: '3' })
    for (let i = 0; i < 3; i++) expect((await narrow.ask('GET', 'city')).status).toBe(200)
    const refused = await narrow.ask('GET', 'city')
    expect(refused.status).toBe(429)
    expect(refused.headers['retry-after']).toBe('1')
    await narrow.clock.advance(20)
    expect((await narrow.ask('GET', 'city')).status).toBe(200)
    await narrow.close()
  })
})
