import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { type Clock, InputError } from '@clearway/contracts'
import fastifyCookie from '@fastify/cookie'
import fastify, {
  type ConnectionError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { Logger } from 'pino'
import { Counter, Histogram, type Registry } from 'prom-client'
import type { Sessions } from '../access/sessions.ts'
import type { Config } from '../config.ts'
import { isNestedBeyond } from '../json-depth.ts'
import type { Records } from '../records/records.ts'
import { readTls } from '../tls-files.ts'
import { apiBase, bytesOf, formOf, serveApi, unserved } from './api.ts'
import { asyncApi } from './asyncapi.ts'
import { Callers } from './caller.ts'
import { type Readiness, serveHealth } from './health.ts'
import { Idempotency } from './idempotency.ts'
import { openApi } from './openapi.ts'
import { pageFallback, securityPolicy, servePages } from './pages.ts'
import { statusOf, toProblem, translate } from './problem.ts'
import { RateLimit } from './rate-limit.ts'
import type { Route } from './route.ts'

interface ServerOptions {
  config: Config
  clock: Clock
  log: Logger
  metrics: Registry
  records: Records
  sessions: Sessions
  routes: readonly Route[]
  readiness: Readiness
  version: string
  /** The built pages; without them the API stands alone. */
  pagesDir?: string | undefined
}

/** The HTTP side of the gateway, not yet listening. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { config, clock, log, routes, pagesDir } = options
  const app = fastify({
    ...(config.http.https
      ? { https: { ...readTls(config.http.https, 'http.https'), minVersion: 'TLSv1.2' as const } }
      : {}),
    loggerInstance: log,
    // One line of our own per request: the framework's would hold addresses with plates in their query.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'trace' }),
    genReqId: ({ headers }) => traceOf(headers.traceparent) ?? randomBytes(16).toString('hex'),
    bodyLimit: config.limits.bodyBytes,
    exposeHeadRoutes: false,
    requestTimeout: 60_000,
    // Answers under way are finished; see `closeServer`.
    forceCloseConnections: 'idle',
    trustProxy: config.http.trustProxy ?? false,
    clientErrorHandler: answerNoHttp,
    frameworkErrors: (error, request, reply) => answerError(error, request, reply as FastifyReply),
  }) as unknown as FastifyInstance

  app.removeAllContentTypeParsers()
  app.addContentTypeParser(/^application\/([a-z0-9.-]+\+)?json(;|$)/, { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, undefined)
    if (isNestedBeyond(maxBodyDepth, body as string)) return done(tooDeep(), undefined)
    app.getDefaultJsonParser('error', 'error')(request, body as string, done)
  })

  await app.register(fastifyCookie)
  app.setErrorHandler(answerError)
  addHeaders(app, config)
  observe(app, options)

  serveHealth(app, options.readiness, options.metrics)
  const documents = { '/openapi.json': openApi(routes, options.version), '/asyncapi.json': asyncApi(options.version) }
  for (const [path, document] of Object.entries(documents)) {
    const text = JSON.stringify(document)
    app.get(path, { exposeHeadRoute: true }, async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(text),
    )
  }
  serveApi(app, {
    routes,
    callers: new Callers(options.sessions, config.http.publicUrl),
    rateLimit: new RateLimit(clock, config.limits.requestsPerMinute),
    idempotency: new Idempotency(options.records, clock),
    secureCookies: config.http.https !== undefined || config.http.publicUrl?.startsWith('https:') === true,
  })
  if (pagesDir !== undefined) servePages(app, pagesDir)
  const refuse = unserved(routes)
  const fallback = pageFallback(pagesDir)
  app.setNotFoundHandler((request, reply) =>
    request.url.startsWith(apiBase) ? refuse(request, reply) : fallback(request, reply),
  )
  return app
}

/** Deeper than any body of the route table. */
const maxBodyDepth = 32

const tooDeep = () =>
  new InputError('json-too-deep', `the body is nested more than ${maxBodyDepth} levels deep`, [
    { field: '(body)', message: `is nested more than ${maxBodyDepth} levels deep` },
  ])

/** How long a browser may take to read what is left for it when the gateway stops. */
const farewellS = 3

/** Lets answers under way finish, then cuts whoever is still connected. */
export async function closeServer(app: FastifyInstance, clock: Clock): Promise<void> {
  const closed = new AbortController()
  const late = clock.wait(farewellS, closed.signal).then(
    () => app.server.closeAllConnections(),
    () => undefined,
  )
  await app.close()
  closed.abort()
  await late
}

/** The trace id of a W3C `traceparent`, so that one id runs through everything the request causes. */
const traceOf = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(header)?.[1] : undefined

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const named = translate(error, {
    path: request.url.split('?', 1)[0] as string,
    contentType: request.headers['content-type'],
    bodyLimit: request.routeOptions.bodyLimit ?? request.server.initialConfig.bodyLimit ?? 0,
  })
  const status = statusOf(named)
  if (status >= 500) request.log.error({ err: error, code: named.code }, 'a request failed')
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  if (status === 429) reply.header('retry-after', named.code === 'sign-in-locked' ? '900' : '1')
  const problem = toProblem(named)
  const form = formOf(request)
  if (form)
    return reply
      .status(status)
      .type(form.mediaType)
      .send(bytesOf(form.problem(problem)))
  return reply.status(status).type('application/problem+json').send(bytesOf(problem))
}

/** Bytes that are no HTTP request, for example a method that does not exist: there is no request to answer yet. */
function answerNoHttp(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const fault = new InputError(
    late ? 'request-timeout' : 'http-malformed',
    late ? 'the request did not arrive in time' : `this is not a valid HTTP request: ${error.message}`,
  )
  const body = JSON.stringify(toProblem(fault))
  const head = ['HTTP/1.1 400 Bad Request', 'content-type: application/problem+json', 'connection: close']
  socket.end(`${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

function addHeaders(app: FastifyInstance, config: Config): void {
  const headers = {
    'content-security-policy': securityPolicy(config.map.mapboxToken !== undefined),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(config.http.https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  }
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers).header('x-correlation-id', request.id)
  })
}

/** One log line and two series per request, labelled by the row of the table, never by the address itself. */
function observe(app: FastifyInstance, { metrics }: ServerOptions): void {
  const labelNames = ['method', 'route', 'status'] as const
  const requests = new Counter({
    name: 'clearway_http_requests_total',
    help: 'HTTP requests answered',
    labelNames,
    registers: [metrics],
  })
  const durations = new Histogram({
    name: 'clearway_http_request_duration_seconds',
    help: 'Time until an HTTP answer was sent, s',
    labelNames: ['route'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [metrics],
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? '(none)'
    const status = reply.statusCode
    requests.inc({ method: request.method, route, status })
    if (!reply.getHeader('content-type')?.toString().startsWith('text/event-stream')) {
      durations.observe({ route }, reply.elapsedTime / 1000)
    }
    const line = { event: 'request', method: request.method, route, status, ms: Math.round(reply.elapsedTime) }
    if (status >= 500) request.log.error(line)
    else request.log.debug(line)
  })
}
