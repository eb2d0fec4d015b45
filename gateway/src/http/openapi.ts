import * as contracts from '@clearway/contracts'
import type { TSchema } from 'typebox'
import { apiBase } from './api.ts'
import type { Route } from './route.ts'
import { closed } from './strict.ts'

type Json = Record<string, unknown>

/** The schemas of the contract by name; found again inside others by their text, since composing them makes copies. */
export function namedSchemas(): Map<string, string> {
  const names = new Map<string, string>()
  for (const [name, value] of Object.entries(contracts)) {
    if (!/^[A-Z]/.test(name) || typeof value !== 'object' || value === null) continue
    if ('type' in value || 'anyOf' in value || 'enum' in value) names.set(JSON.stringify(value), name)
  }
  return names
}

/** Replaces every named schema inside by a reference, and notes which were used. */
export function referring(schema: unknown, names: Map<string, string>, used: Set<string>, root = false): unknown {
  if (Array.isArray(schema)) return schema.map((inner) => referring(inner, names, used))
  if (schema === null || typeof schema !== 'object') return schema
  const name = root ? undefined : names.get(JSON.stringify(schema))
  if (name !== undefined) {
    used.add(name)
    return { $ref: `#/components/schemas/${name}` }
  }
  return Object.fromEntries(Object.entries(schema).map(([key, inner]) => [key, referring(inner, names, used)]))
}

/** The components that `used` names, and those that they refer to themselves. */
export function components(names: Map<string, string>, used: Set<string>): Json {
  const texts = new Map([...names].map(([text, name]) => [name, text]))
  const schemas: Json = {}
  // A set grows while it is walked: what a component refers to is visited too.
  for (const name of used) schemas[name] = referring(JSON.parse(texts.get(name) as string), names, used, true)
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** OpenAPI 3.1 of the route table, made from the schemas that check the requests. */
export function openApi(routes: readonly Route[], version: string): Json {
  const names = namedSchemas()
  const used = new Set<string>(['Problem'])
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const address = apiBase + route.path
    paths[address] ??= {}
    paths[address][route.method.toLowerCase()] = operation(route, (schema) => referring(schema, names, used))
  }
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Clearway',
      version,
      description:
        'Traffic and parking of a city. Properties that a body does not name are refused. POSTs accept Idempotency-Key. Errors are RFC 9457 problems.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: components(names, used),
      responses: {
        Problem: {
          description: 'what was wrong, naming fields and values',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'clearway_session' },
      },
    },
  }
}

function operation(route: Route, refer: (schema: TSchema) => unknown): Json {
  const status = String(route.status ?? 200)
  const content =
    status === '204' ? {} : { content: { [route.mediaType ?? 'application/json']: { schema: refer(route.answer) } } }
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [route.path.split('/')[1]],
    security: route.access === 'public' ? [] : [{ bearer: [] }, { cookie: [] }],
    ...(typeof route.access === 'string' ? {} : { 'x-roles': ['admin', ...route.access.filter((r) => r !== 'admin')] }),
    parameters: [
      ...parameters(route.params, 'path', refer),
      ...parameters(route.query, 'query', refer),
      ...(route.method === 'POST' && route.access !== 'public'
        ? [{ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', maxLength: 200 } }]
        : []),
    ],
    ...(route.takes === 'bytes' ? { requestBody: { required: true, content: { '*/*': {} } } } : {}),
    ...(route.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: refer(route.body) } } } }
      : {}),
    responses: {
      [status]: { description: route.summary, ...content },
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

function parameters(schema: TSchema | undefined, place: 'path' | 'query', refer: (schema: TSchema) => unknown): Json[] {
  if (!schema) return []
  const { properties, required } = closed(schema) as unknown as { properties: Json; required?: string[] }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (required ?? []).includes(name),
    schema: refer(property as TSchema),
  }))
}

/** `POST /devices/{id}/rotate` → `postDevicesByIdRotate`. */
const operationId = ({ method, path }: Route): string =>
  method.toLowerCase() +
  path
    .split('/')
    .filter(Boolean)
    .map((step) => (step.startsWith('{') ? `by-${step.slice(1, -1)}` : step))
    .flatMap((step) => step.split('-'))
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
