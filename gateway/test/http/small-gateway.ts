import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock, type Role, roles } from '@clearway/contracts'
import { pino } from 'pino'
import { loadConfig } from '../../src/config.ts'
import { createGateway, type Gateway } from '../../src/gateway.ts'

export const adminToken = 'the-token-of-the-operator'
export const flowsToken = 'the-token-of-the-flows'

/** A gateway that does not listen: requests are injected. One signed-in person per role. */
export class SmallGateway {
  readonly gateway: Gateway
  readonly clock: ManualClock
  /** Bearer token of a sign-in, by role; `flows` is a service. */
  readonly tokens = new Map<Role, string>()
  /** A sign-in of an administrator that has run out. */
  expired = ''
  readonly #folder: string

  private constructor(gateway: Gateway, clock: ManualClock, folder: string) {
    this.gateway = gateway
    this.clock = clock
    this.#folder = folder
  }

  static async open(
    environment: Record<string, string> = {},
    more: { pagesDir?: string; log?: Parameters<typeof createGateway>[0]['log'] } = {},
  ): Promise<SmallGateway> {
    const folder = mkdtempSync(join(tmpdir(), 'clearway-gateway-'))
    const clock = new ManualClock(Date.UTC(2026, 10, 23, 8))
    const config = loadConfig({
      CLEARWAY_CONFIG: undefined,
      CLEARWAY_DATA_DIR: folder,
      CLEARWAY_ADMIN_TOKEN: adminToken,
      CLEARWAY_FLOWS_TOKEN: flowsToken,
      CLEARWAY_SIMULATE: 'off',
      ...environment,
    })
    const gateway = await createGateway({ config, clock, log: pino({ level: 'silent' }), ...more })
    return new SmallGateway(gateway, clock, folder)
  }

  /** Signs one person in per role, and one whose sign-in then runs out. */
  async signInEveryRole(): Promise<void> {
    const { people, sessions, core } = this.gateway
    const named = roles.filter((role) => role !== 'flows')
    await Promise.all(named.map((role) => people.add({ id: role, roles: [role], password: `password of ${role}` })))
    this.expired = sessions.open('admin').token
    await this.clock.advance(core.config.sessions.hours * 3600)
    for (const role of named) this.tokens.set(role, sessions.open(role).token)
    this.tokens.set('flows', flowsToken)
  }

  /** Asks as an administrator unless a token is given; null: without any. */
  async ask(method: string, path: string, body?: unknown, token: string | null = adminToken) {
    const answer = await this.gateway.app.inject({
      method: method as 'GET',
      url: path.startsWith('/') ? path : `/api/v1/${path}`,
      ...(body === undefined ? {} : { payload: body as object }),
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    })
    const json = answer.headers['content-type']?.toString().includes('json') ? answer.json() : undefined
    return { status: answer.statusCode, headers: answer.headers, text: answer.body, json }
  }

  async close(): Promise<void> {
    await this.gateway.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
