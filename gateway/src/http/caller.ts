import { DeniedError, UnauthenticatedError } from '@clearway/contracts'
import type { FastifyRequest } from 'fastify'
import type { Sessions } from '../access/sessions.ts'
import type { Access, Actor } from './route.ts'

export const sessionCookie = 'clearway_session'

/** Finds out who calls and whether they may; knows nothing of what is asked for. */
export class Callers {
  readonly #sessions: Sessions
  readonly #publicOrigin: string | undefined

  /** @param publicOrigin the origin of the pages when a proxy stands before the gateway */
  constructor(sessions: Sessions, publicOrigin: string | undefined) {
    this.#sessions = sessions
    this.#publicOrigin = publicOrigin
  }

  /**
   * @throws UnauthenticatedError without a valid credential, DeniedError for a role that may not or a request that
   * another site's page made the browser send
   */
  admit(access: Access, request: FastifyRequest): Actor | undefined {
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (bearer === undefined) this.#refuseOtherSites(request)
    if (access === 'public') return undefined
    const token = bearer ?? request.cookies[sessionCookie]
    const actor = token === undefined ? undefined : this.#sessions.authenticate(token)
    if (!actor) throw new UnauthenticatedError('not-signed-in', 'sign in first: the credential is missing or not valid')
    if (access !== 'signed-in' && !['admin' as const, ...access].some((role) => actor.roles.includes(role))) {
      throw new DeniedError('role', `this needs one of the roles ${[...new Set(['admin', ...access])].join(', ')}`)
    }
    return actor
  }

  /** A browser names the origin of whatever it sends for a page; SameSite=Strict alone leaves other ports of the host. */
  #refuseOtherSites(request: FastifyRequest): void {
    const { origin } = request.headers
    if (request.method === 'GET' || origin === undefined) return
    const own = [`${request.protocol}://${request.host}`, this.#publicOrigin]
    if (!own.includes(origin)) throw new DeniedError('origin', `a page of ${origin} may not act here`)
  }
}
