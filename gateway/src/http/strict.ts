import { type Check, compile, type FieldError, InputError } from '@clearway/contracts'
import type { TSchema } from 'typebox'
import type { Route } from './route.ts'

/** The same schema with every object closed, unless it says itself what else it may hold. */
export function closed(schema: TSchema): TSchema {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (value === null || typeof value !== 'object') return value
    const copy: Record<string, unknown> = Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, walk(inner)]),
    )
    if (copy.type === 'object' && copy.properties !== undefined) copy.additionalProperties ??= false
    return copy
  }
  return walk(schema) as TSchema
}

/** The checks of one route, compiled once at start. */
export interface Checks {
  /** @throws InputError `schema` naming every wrong field and its value */
  params(given: unknown): unknown
  /** Query strings are text: numbers and booleans are read where the schema has them, defaults are filled in. */
  query(given: Record<string, unknown>): unknown
  /** Never coerced. */
  body(given: unknown): unknown
}

interface ParameterSchema {
  type?: string
  default?: unknown
}

export function checksOf(route: Route): Checks {
  const what = `${route.method} ${route.path}`
  const params = route.params && compile(closed(route.params))
  const body = route.body && compile(closed(route.body))
  const query = route.query && compile(closed(route.query))
  const parameters = ((route.query as { properties?: Record<string, ParameterSchema> } | undefined)?.properties ??
    {}) as Record<string, ParameterSchema>
  return {
    params: (given) => params?.require(given, what),
    query(given) {
      // From entries, not by assignment: a parameter may be called `__proto__`, and is then refused like any other.
      const read = Object.fromEntries([
        ...Object.entries(parameters).flatMap(([name, schema]) =>
          'default' in schema ? [[name, schema.default]] : [],
        ),
        ...Object.entries(given).map(([name, value]) => [name, fromText(value, parameters[name]?.type)]),
      ])
      if (query) return query.require(read, what)
      refuseAny(read, what)
      return undefined
    },
    body(given) {
      if (body) return requireBody(body, given, what)
      // A client may send an empty object where nothing is asked for.
      refuseAny(given ?? {}, what)
      return undefined
    },
  }
}

function requireBody(check: Check<unknown>, given: unknown, what: string): unknown {
  if (given === undefined) {
    throw new InputError('schema', `${what}: the body is missing`, [{ field: '(body)', message: 'is missing' }])
  }
  return check.require(given, what)
}

function refuseAny(given: unknown, what: string): void {
  const names = typeof given === 'object' && given !== null ? Object.keys(given) : ['(body)']
  if (names.length === 0) return
  const faults: FieldError[] = names.map((field) => ({ field, message: 'is not known here' }))
  throw new InputError(
    'schema',
    `${what}: ${faults.map(({ field }) => `${field} is not known here`).join('; ')}`,
    faults,
  )
}

/** What does not read as the wanted type stays text, and then fails its check with the text in the message. */
function fromText(value: unknown, type: string | undefined): unknown {
  if (typeof value !== 'string') return value
  if (type === 'integer' || type === 'number') return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}
