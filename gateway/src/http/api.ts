import { InputError, NotFoundError } from '@clearway/contracts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Callers, sessionCookie } from './caller.ts'
import { acceptsGzip, compressed } from './compression.ts'
import type { Idempotency } from './idempotency.ts'
import type { RateLimit } from './rate-limit.ts'
import type { Actor, AnswerForm, Call, RawAnswer, Route } from './route.ts'
import { checksOf } from './strict.ts'

export const apiBase = '/api/v1'

interface ApiOptions {
  routes: readonly Route[]
  callers: Callers
  rateLimit: RateLimit
  idempotency: Idempotency
  /** Whether cookies travel over TLS only. */
  secureCookies: boolean
}

/** Serves the route table: who calls, then what they send, then the handler. */
export function serveApi(app: FastifyInstance, options: ApiOptions): void {
  const rows = (takes: Route['takes']) => options.routes.filter((route) => route.takes === takes)
  for (const route of rows(undefined)) serve(app, route, options)
  // A scope of its own: what reads a body belongs to a scope, and JSON is all that the others take.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    for (const route of rows('bytes')) serve(scope, route, options)
  })
}

function serve(app: FastifyInstance, route: Route, options: ApiOptions): void {
  const actors = new WeakMap<FastifyRequest, Actor>()
  const checks = checksOf(route)
  app.route({
    method: route.method,
    url: apiBase + route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    config: { form: route.form },
    // Before the body is read: a stranger's body is not worth parsing, and a guessed id tells nothing.
    onRequest: async (request) => {
      options.rateLimit.take(request.ip)
      const actor = options.callers.admit(route.access, request)
      if (actor) actors.set(request, actor)
    },
    handler: async (request, reply) => {
      const actor = actors.get(request)
      const call = {
        params: checks.params(request.params),
        query: checks.query(request.query as Record<string, unknown>),
        body: route.takes === 'bytes' ? (request.body ?? Buffer.alloc(0)) : checks.body(request.body),
        actor,
        address: request.ip,
        headers: request.headers,
        cookie: (token: string | null, expiresMs: number) => setCookie(reply, token, expiresMs, options.secureCookies),
      } as unknown as Call<never, never, never>
      reply.header('cache-control', 'no-store')
      const key = request.headers['idempotency-key']
      if (route.mediaType !== undefined) return sendRaw(request, reply, route, (await route.handle(call)) as RawAnswer)
      const work = async () => ({ status: route.status ?? 200, body: JSON.stringify(await route.handle(call)) })
      const { status, body } =
        route.method === 'POST' && typeof key === 'string' && actor
          ? await options.idempotency.once({ actor: actor.name, key, path: request.url, body: request.body }, work)
          : await work()
      reply.status(status)
      if (status === 204) return reply.send()
      const form = formOf(request)
      if (!form) return sendJson(request, reply, body)
      return reply.type(form.mediaType).send(bytesOf(form.answer(JSON.parse(body), request.body)))
    },
  })
}

/** The form in which a request wants its answer; undefined: the usual one. */
export function formOf(request: FastifyRequest): AnswerForm | undefined {
  const { form } = request.routeOptions.config as { form?: AnswerForm }
  return form && request.headers.accept?.includes(form.mediaType) ? form : undefined
}

/** As bytes: the framework adds a charset to text, and media types like problem+json have none. */
export const bytesOf = (body: unknown): Buffer => Buffer.from(JSON.stringify(body))

/** Below this a packet is a packet, compressed or not. */
const compressedFromBytes = 2048

async function sendJson(request: FastifyRequest, reply: FastifyReply, body: string | Buffer): Promise<FastifyReply> {
  reply.type('application/json; charset=utf-8').header('vary', 'accept-encoding')
  if (!acceptsGzip(request.headers) || body.length < compressedFromBytes) return reply.send(body)
  return reply.header('content-encoding', 'gzip').send(await compressed(body))
}

async function sendRaw(
  request: FastifyRequest,
  reply: FastifyReply,
  route: Route,
  { body, headers, status }: RawAnswer,
): Promise<FastifyReply> {
  reply.status(status ?? route.status ?? 200).headers(headers ?? {})
  // JSON that was written elsewhere, so that writing it does not hold up others.
  if (route.mediaType?.startsWith('application/json') && (typeof body === 'string' || Buffer.isBuffer(body))) {
    return sendJson(request, reply, body)
  }
  if (!reply.hasHeader('content-type')) reply.type(route.mediaType as string)
  return reply.send(body)
}

function setCookie(reply: FastifyReply, token: string | null, expiresMs: number, secure: boolean): void {
  const rules = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const
  if (token === null) reply.clearCookie(sessionCookie, rules)
  else reply.setCookie(sessionCookie, token, { ...rules, expires: new Date(expiresMs) })
}

/** What to say about an address below the base that no row serves: the wrong method, or nothing at all. */
export function unserved(routes: readonly Route[]): (request: FastifyRequest, reply: FastifyReply) => never {
  const patterns = routes.map(({ method, path }) => ({
    method,
    pattern: new RegExp(`^${apiBase}${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }))
  return (request, reply) => {
    const path = request.url.split('?', 1)[0] as string
    const methods = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
    if (methods.length === 0) throw new NotFoundError('address-unknown', `there is nothing at ${path}`)
    reply.header('allow', methods.join(', '))
    throw new InputError('method-not-allowed', `${path} takes ${methods.join(', ')}, not ${request.method}`)
  }
}
