import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminToken, SmallGateway } from '../http/small-gateway.ts'

const password = 'correct horse battery'
let small: SmallGateway

beforeAll(async () => {
  small = await SmallGateway.open({}, {})
  await small.gateway.people.add({ id: 'li-na', roles: ['dispatcher'], password })
})
afterAll(() => small.close())

const signIn = (body: object) => small.ask('POST', 'sign-in', body, null)
const cookieOf = (answer: Awaited<ReturnType<typeof signIn>>) => String(answer.headers['set-cookie'])

describe('a sign-in by password', () => {
  it('gives a token, and the same as a cookie that scripts and other sites cannot use', async () => {
    const answer = await signIn({ user: 'li-na', password })
    expect(answer.json).toMatchObject({ user: 'li-na', roles: ['dispatcher'] })
    expect(cookieOf(answer)).toContain(`clearway_session=${answer.json.token}`)
    expect(cookieOf(answer)).toMatch(/HttpOnly.*SameSite=Strict/)
    const session = await small.ask('GET', 'session', undefined, answer.json.token)
    expect(session.json).toEqual({ user: 'li-na', roles: ['dispatcher'], expiresAt: answer.json.expiresAt })
  })

  it('is stored as a hash', async () => {
    const { json } = await signIn({ user: 'li-na', password })
    const rows = JSON.stringify(small.gateway.core.records.db.prepare('select * from sessions').all())
    expect(rows).not.toContain(json.token)
  })

  it('ends at its time', async () => {
    const { json } = await signIn({ user: 'li-na', password })
    await small.clock.advance(small.gateway.core.config.sessions.hours * 3600 - 1)
    expect((await small.ask('GET', 'session', undefined, json.token)).status).toBe(200)
    await small.clock.advance(1)
    expect((await small.ask('GET', 'session', undefined, json.token)).status).toBe(401)
  })

  it('ends by signing out', async () => {
    const { json } = await signIn({ user: 'li-na', password })
    const out = await small.ask('POST', 'sign-out', undefined, json.token)
    expect(out.status).toBe(204)
    expect(cookieOf(out)).toContain('clearway_session=;')
    expect((await small.ask('GET', 'session', undefined, json.token)).status).toBe(401)
  })
})

describe('a cookie', () => {
  const send = (method: 'GET' | 'POST', url: string, headers: Record<string, string>) =>
    small.gateway.app.inject({ method, url: `/api/v1/${url}`, headers: { host: 'city.example', ...headers } })

  it('signs in like a bearer token', async () => {
    const cookie = `clearway_session=${(await signIn({ user: 'li-na', password })).json.token}`
    expect((await send('GET', 'session', { cookie })).statusCode).toBe(200)
  })

  it('does nothing for the page of another origin, not even one on another port', async () => {
    const cookie = `clearway_session=${(await signIn({ user: 'li-na', password })).json.token}`
    for (const origin of ['https://evil.example', 'http://city.example:8081', 'null']) {
      const answer = await send('POST', 'sign-out', { cookie, origin })
      expect(answer.json().type).toBe('urn:clearway:problem:origin')
    }
    expect((await send('POST', 'sign-out', { cookie, origin: 'http://city.example' })).statusCode).toBe(204)
  })
})

describe('a code of a link', () => {
  it('signs in once', async () => {
    const code = small.gateway.sessions.issueCode('li-na')
    expect((await signIn({ code })).json.user).toBe('li-na')
    expect((await signIn({ code })).status).toBe(401)
  })

  it('is worth nothing after ten minutes', async () => {
    const code = small.gateway.sessions.issueCode('li-na')
    await small.clock.advance(600)
    expect((await signIn({ code })).status).toBe(401)
  })
})

describe('five failed sign-ins', () => {
  const refusal = async (user: string, guess: string) => {
    const { status, json } = await signIn({ user, password: guess })
    return { status, type: json.type, detail: json.detail }
  }

  it('lock the name for 15 minutes, also for the right password, and are audited', async () => {
    await small.gateway.people.add({ id: 'wang', roles: ['cashier'], password })
    for (let i = 0; i < 5; i++) expect((await refusal('wang', `guess ${i}`)).status).toBe(401)
    expect(await refusal('wang', password)).toMatchObject({ status: 429, type: 'urn:clearway:problem:sign-in-locked' })
    const { json } = await small.ask('GET', 'audit?limit=1000')
    expect(json.items.filter(({ action }: { action: string }) => action === 'sign-in.locked')).toMatchObject([
      { subject: 'wang' },
    ])
    await small.clock.advance(15 * 60)
    expect((await signIn({ user: 'wang', password })).status).toBe(200)
  })

  it('tell nothing about whether the name exists', async () => {
    await small.gateway.people.add({ id: 'zhao', roles: ['cashier'], password })
    for (let i = 0; i < 6; i++) expect(await refusal('zhao', 'a guess')).toEqual(await refusal('nobody', 'a guess'))
  })

  it('cannot be outrun by guessing side by side', async () => {
    await small.gateway.people.add({ id: 'sun', roles: ['cashier'], password })
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => refusal('sun', `guess ${i}`)))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5)
  })

  it('are forgotten after a right one', async () => {
    await small.gateway.people.add({ id: 'qian', roles: ['cashier'], password })
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 4; i++) await refusal('qian', 'a guess')
      expect((await signIn({ user: 'qian', password })).status).toBe(200)
    }
  })
})

describe('the first start', () => {
  it('makes an administrator with a random password, once', async () => {
    const fresh = await SmallGateway.open({ CLEARWAY_ADMIN_TOKEN: '' })
    const first = fresh.gateway.firstPassword
    expect(first?.length).toBeGreaterThanOrEqual(24)
    expect((await fresh.ask('POST', 'sign-in', { user: 'admin', password: first }, null)).json.roles).toEqual(['admin'])
    expect(await fresh.gateway.people.addFirstAdministrator()).toBeUndefined()
    await fresh.close()
  })

  it('makes none where a token is configured', () => expect(small.gateway.firstPassword).toBeUndefined())
})

it('people are added by an administrator, with a password of some length', async () => {
  const short = await small.ask('POST', 'people', { id: 'chen', roles: ['manager'], password: 'short' })
  expect(short.json.errors[0].field).toBe('password')
  const added = await small.ask('POST', 'people', { id: 'chen', roles: ['manager'], password }, adminToken)
  expect(added).toMatchObject({ status: 201, json: { id: 'chen', roles: ['manager'] } })
  expect(JSON.stringify((await small.ask('GET', 'people')).json)).not.toMatch(/password|scrypt/)
})
