import { type Role, roles } from '@clearway/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Route } from '../src/http/route.ts'
import { SmallGateway } from './http/small-gateway.ts'

// Made from the route table: a new route is covered the moment it is a row, and a row without a rule does not exist.
const small = await SmallGateway.open()
const { routes } = small.gateway

beforeAll(() => small.signInEveryRole())
afterAll(() => small.close())

/** An id that matches every pattern of the contract and names nothing. */
const guessed = 'guessed-7f3a'
const addressOf = ({ path }: Route) => `/api/v1${path.replaceAll(/\{\w+\}/g, guessed)}`
const mayCall = ({ access }: Route, role: Role) =>
  access === 'public' || access === 'signed-in' || role === 'admin' || access.includes(role)

const named = (rows: readonly Route[]) => rows.map((route) => [`${route.method} ${route.path}`, route] as const)

describe.each(named(routes.filter(({ access }) => access !== 'public')))('%s', (_name, route) => {
  it('refuses a caller without a credential, whatever the id', async () => {
    const answer = await small.ask(route.method, addressOf(route), undefined, null)
    expect(answer.status).toBe(401)
    expect(answer.json.type).toBe('urn:clearway:problem:not-signed-in')
  })

  it('refuses a made-up and an expired credential', async () => {
    for (const token of ['made-up', small.expired, `${small.tokens.get('admin')}x`]) {
      expect((await small.ask(route.method, addressOf(route), undefined, token)).status).toBe(401)
    }
  })
})

describe.each(named(routes))('%s', (_name, route) => {
  it.each(roles)('answers the role %s as the table says', async (role) => {
    // Signing out would end the sign-in that the other rows use.
    const token = route.path === '/sign-out' && role !== 'flows' ? small.gateway.sessions.open(role).token : undefined
    const answer = await small.ask(route.method, addressOf(route), undefined, token ?? small.tokens.get(role))
    if (mayCall(route, role)) {
      expect([401, 403]).not.toContain(answer.status)
      expect(answer.status).toBeLessThan(500)
    } else expect(answer).toMatchObject({ status: 403, json: { type: 'urn:clearway:problem:role' } })
  })

  it('refuses a method that the address does not take, and names those that it takes', async () => {
    const taken = routes.filter(({ path }) => addressOf({ ...route, path }) === addressOf(route))
    const other = ['GET', 'POST', 'PUT', 'DELETE'].find((method) => !taken.some((row) => row.method === method))
    const answer = await small.ask(other ?? 'PATCH', addressOf(route))
    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toContain(route.method)
  })
})

it('has every row of the outside contract that this version builds', () => {
  const rows = routes.map(({ method, path }) => `${method} ${path}`)
  expect(rows).toEqual(
    expect.arrayContaining([
      'POST /sign-in',
      'GET /devices',
      'POST /devices',
      'POST /devices/{id}/rotate',
      'DELETE /devices/{id}',
      'GET /routes',
      'GET /junctions',
      'GET /junctions/{id}',
      'POST /dispatches',
      'GET /lots',
      'PUT /lots/{id}',
      'POST /quotes',
      'GET /stays',
      'POST /hospitals/{id}/appointments',
      'GET /reservations',
      'POST /reservations',
      'DELETE /reservations/{id}',
      'PUT /lots/{id}/windows',
      'GET /bills',
      'GET /stream',
      'GET /audit',
      'GET /audit/verify',
    ]),
  )
  expect(new Set(rows).size).toBe(rows.length)
})
