import { expect, it } from 'vitest'
import { createLog } from '../../src/log.ts'
import { adminToken, flowsToken, SmallGateway } from './small-gateway.ts'

it('no password, token, code or cookie reaches the log, at any level', async () => {
  const lines: string[] = []
  const log = createLog('trace', { write: (line) => void lines.push(line) })
  const mapboxToken = 'pk.made-up-for-this-test'
  const small = await SmallGateway.open({ CLEARWAY_ADMIN_TOKEN: '', CLEARWAY_MAP_MAPBOX_TOKEN: mapboxToken }, { log })
  const password = small.gateway.firstPassword as string
  const send = (method: 'GET' | 'POST', url: string, payload?: object | string, headers: Record<string, string> = {}) =>
    small.gateway.app.inject({ method, url: `/api/v1/${url}`, ...(payload ? { payload } : {}), headers })

  const signedIn = (await send('POST', 'sign-in', { user: 'admin', password })).json()
  const code = small.gateway.sessions.issueCode('admin')
  await send('POST', 'sign-in', { user: 'admin', password: `${password} wrong` })
  await send('POST', 'sign-in', { user: 'admin', password: [password] })
  await send('POST', 'sign-in', `{"user":"admin","password":"${password}"`, { 'content-type': 'application/json' })
  await send('POST', 'sign-in', { code })
  const bearer = { authorization: `Bearer ${signedIn.token}` }
  const device = (await send('POST', 'devices', { id: 'gate-1', kind: 'gate', district: 'lixia' }, bearer)).json()
  await send('GET', 'session', undefined, { cookie: `clearway_session=${signedIn.token}` })
  await send('GET', 'session', undefined, { authorization: `Bearer ${adminToken}` })
  await send('GET', `session?token=${device.token}`, undefined, bearer)
  log.error({ password, headers: { authorization: signedIn.token, cookie: signedIn.token } }, 'a careless line')
  await small.close()

  const written = lines.join('')
  expect(lines.length).toBeGreaterThan(5)
  expect(written).toContain('/api/v1/sign-in')
  for (const secret of [password, signedIn.token, code, device.token, adminToken, flowsToken, mapboxToken]) {
    expect(written).not.toContain(secret)
  }
})
