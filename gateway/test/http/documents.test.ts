import { Parser } from '@asyncapi/parser'
import { channels, compile } from '@clearway/contracts'
import type { TSchema } from 'typebox'
import { afterAll, describe, expect, it } from 'vitest'
import { SmallGateway } from './small-gateway.ts'

const small = await SmallGateway.open()
afterAll(() => small.close())
const openApi = (await small.ask('GET', '/openapi.json', undefined, null)).json
const asyncApi = (await small.ask('GET', '/asyncapi.json', undefined, null)).json

/** Every `$ref` inside. */
function references(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  )
}
const resolve = (document: unknown, reference: string) =>
  reference
    .slice(2)
    .split('/')
    .reduce<unknown>((here, step) => (here as Record<string, unknown> | undefined)?.[step], document)

interface Operation {
  operationId: string
  security: unknown[]
  parameters: { name: string; in: string; required: boolean; schema: unknown }[]
  responses: Record<string, { content?: unknown }>
}
const operations: { path: string; method: string; operation: Operation }[] = Object.entries(openApi.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({ path, method, operation })),
)

describe('openapi.json', () => {
  it('is OpenAPI 3.1 with every row of the route table and no other', () => {
    expect(openApi).toMatchObject({ openapi: '3.1.0', info: { title: 'Clearway', version: expect.any(String) } })
    expect(operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`).sort()).toEqual(
      small.gateway.routes.map(({ path, method }) => `${method} /api/v1${path}`).sort(),
    )
  })

  it('refers to nothing that is not there', () => {
    const all = references(openApi)
    expect(all.length).toBeGreaterThan(0)
    for (const reference of all) expect(resolve(openApi, reference), reference).toBeDefined()
  })

  it('names its components as the contract does, each a schema that compiles', () => {
    const names = Object.keys(openApi.components.schemas)
    expect(names).toEqual(expect.arrayContaining(['Device', 'Dispatch', 'Junction', 'Lot', 'Problem', 'SignedIn']))
    for (const name of names) expect(name).toMatch(/^[A-Z][A-Za-z]+$/)
    expect(compile(openApi.components.schemas.Problem as TSchema).faults({})).not.toEqual([])
  })

  it.each(operations.map(({ path, method, operation }) => [`${method} ${path}`, path, operation] as const))(
    '%s is complete',
    (_name, path, operation) => {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const declared = operation.parameters.filter((parameter) => parameter.in === 'path')
      expect(declared.map(({ name }) => name)).toEqual(inPath)
      for (const parameter of declared) expect(parameter.required).toBe(true)
      const [answer] = Object.keys(operation.responses)
      expect(answer).toMatch(/^20[014]$/)
      expect(operation.responses[answer as string]?.content === undefined).toBe(answer === '204')
      expect(operation.responses).toHaveProperty('default')
    },
  )

  it('has an operation id of its own for every row', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toContain('postDevicesByIdRotate')
  })
})

describe('asyncapi.json', () => {
  it('is valid AsyncAPI 3', async () => {
    const diagnostics = await new Parser().validate(JSON.stringify(asyncApi))
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([])
  })

  it('has every channel of the contract at its address', () => {
    const addresses = Object.values(asyncApi.channels).map((channel) => (channel as { address: string }).address)
    expect(addresses.sort()).toEqual(
      Object.keys(channels)
        .map((key) => `clearway/v1/{district}/${key.replace('/', '/{device}/')}`)
        .sort(),
    )
  })

  it('refers to nothing that is not there', () => {
    for (const reference of references(asyncApi)) expect(resolve(asyncApi, reference), reference).toBeDefined()
  })
})
