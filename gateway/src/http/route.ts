import type { Readable } from 'node:stream'
import type { Problem, Role } from '@clearway/contracts'
import type { Static, TSchema } from 'typebox'

/** Who is calling. `system` stands for the gateway itself. */
export interface Actor {
  name: string
  roles: readonly Role[]
  /** The sign-in behind the call; absent for service tokens and for the gateway itself. */
  session?: { id: string; expiresMs: number }
}

/** `public`: no sign-in. `signed-in`: any role. Otherwise one of the listed roles; `admin` is always allowed. */
export type Access = 'public' | 'signed-in' | readonly Role[]

type Typed<S extends TSchema | undefined> = S extends TSchema ? Static<S> : undefined

/** A request that has passed the checks of its route. */
export interface Call<P, Q, B> {
  params: P
  query: Q
  body: B
  /** Present on every route that is not public. */
  actor: Actor
  /** The caller's address, for rate limits and the audit log. */
  address: string
  /** Lower-case names. */
  headers: Readonly<Record<string, string | undefined>>
  /** Sets the session cookie of the answer, or clears it. */
  cookie(token: string | null, expiresMs: number): void
}

/** An answer that is not JSON: a file, a table, an event stream. */
export interface RawAnswer {
  /** Instead of the row's. */
  status?: number
  body: Readable | Buffer | string
  headers?: Record<string, string>
}

/** Another JSON form of a route's answers, for callers that accept its media type. */
export interface AnswerForm {
  mediaType: string
  /** @param sent the body of the request */
  answer(body: unknown, sent: unknown): unknown
  problem(problem: Problem): unknown
}

/**
 * One row of the route table: the server, the permission test and OpenAPI are made from it. `path` is in OpenAPI form
 * (`/lots/{id}`) below `/api/v1`. The handler returns the answer's body; errors are thrown as ClearwayErrors.
 */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  access: Access
  summary: string
  params?: TSchema
  query?: TSchema
  /** Properties that it does not name are refused, unless an object says `additionalProperties: true`. */
  body?: TSchema
  /** The body is handed over as it came, of whatever media type: a signature is over its bytes. */
  takes?: 'bytes'
  /** 200 unless said. */
  status?: number
  answer: TSchema
  /** Media type of a `RawAnswer`; absent: JSON. `answer` then only describes it. */
  mediaType?: string
  form?: AnswerForm
  handle(call: Call<never, never, never>): unknown
}

/** Declares a route with its handler typed from its schemas. */
export function route<
  P extends TSchema | undefined = undefined,
  Q extends TSchema | undefined = undefined,
  B extends TSchema | undefined = undefined,
  A extends TSchema = TSchema,
>(
  definition: Omit<Route, 'params' | 'query' | 'body' | 'takes' | 'answer' | 'handle' | 'mediaType'> & {
    params?: P
    query?: Q
    body?: B
    answer: A
    handle(call: Call<Typed<P>, Typed<Q>, Typed<B>>): Static<A> | Promise<Static<A>>
  },
): Route {
  return definition as unknown as Route
}

/** Declares a route that answers with something else than JSON. */
export function rawRoute<
  P extends TSchema | undefined = undefined,
  Q extends TSchema | undefined = undefined,
  B extends TSchema | undefined = undefined,
>(
  definition: Omit<Route, 'params' | 'query' | 'body' | 'takes' | 'handle'> & {
    mediaType: string
    params?: P
    query?: Q
    body?: B
    handle(call: Call<Typed<P>, Typed<Q>, Typed<B>>): RawAnswer | Promise<RawAnswer>
  },
): Route {
  return definition as unknown as Route
}

/** Declares a route that takes bytes and answers in the caller's own way. */
export function bytesRoute<P extends TSchema | undefined = undefined>(
  definition: Omit<Route, 'params' | 'query' | 'body' | 'takes' | 'handle'> & {
    mediaType: string
    params?: P
    handle(call: Call<Typed<P>, undefined, Buffer>): RawAnswer | Promise<RawAnswer>
  },
): Route {
  return { ...definition, takes: 'bytes' } as unknown as Route
}
