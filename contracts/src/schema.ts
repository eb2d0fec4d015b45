import type { Static, TSchema } from 'typebox'
import Schema from 'typebox/compile'
import { type FieldError, InputError } from './errors.ts'

/** A compiled check. Compile once, at start; check where bytes enter; trust the type afterwards. */
export interface Check<T> {
  /** True when `value` matches; says nothing about why not. */
  matches(value: unknown): value is T
  /** Every wrong field with its value, empty when `value` matches. */
  faults(value: unknown): FieldError[]
  /** @throws InputError `schema` naming `what` and each wrong field */
  require(value: unknown, what: string): T
}

const stepsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

/** What lies at a JSON pointer. */
function at(value: unknown, pointer: string): unknown {
  let here = value
  for (const step of stepsOf(pointer)) here = (here as Record<string, unknown> | undefined)?.[step]
  return here
}

/** Names of the properties marked `secret: true`, wherever they stand. */
function secretsOf(schema: unknown, names = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return names
  for (const [name, inner] of Object.entries(schema)) {
    if ((inner as { secret?: unknown } | null)?.secret === true) names.add(name)
    secretsOf(inner, names)
  }
  return names
}

/** The value at a JSON pointer, shortened for a message; secrets are left out, also where they are a part of it. */
function shown(value: unknown, pointer: string, secrets: ReadonlySet<string>): string {
  if (secrets.has(stepsOf(pointer).at(-1) ?? '')) return '(value not shown)'
  const hidden = (name: string, inner: unknown) => (secrets.has(name) ? '(not shown)' : inner)
  const text = JSON.stringify(at(value, pointer), hidden) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

export function compile<S extends TSchema>(schema: S): Check<Static<S>> {
  const validator = Schema(schema)
  const secrets = secretsOf(schema)
  const faults = (value: unknown): FieldError[] =>
    validator.Errors(value).flatMap((error): FieldError[] => {
      const params = error.params as { requiredProperties?: string[]; allowedValues?: unknown[] }
      const field = error.instancePath.slice(1).replaceAll('/', '.')
      if (params.requiredProperties) {
        return params.requiredProperties.map((name) => ({
          field: [field, name].filter(Boolean).join('.'),
          message: 'is missing',
        }))
      }
      // A closed object reports each unknown property and then itself; the properties say it all.
      if (error.keyword === 'additionalProperties') return []
      if (error.keyword === 'boolean') {
        return [{ field, message: `is not known here, got ${shown(value, error.instancePath, secrets)}` }]
      }
      // A pattern is for machines; where the schema says in words what it means, people get the words.
      const { description } = (at(schema, error.schemaPath) ?? {}) as { description?: string }
      const wanted = error.keyword === 'pattern' && description ? `must be ${description}` : error.message
      const allowed = params.allowedValues ? `: ${params.allowedValues.join(', ')}` : ''
      return [
        { field: field || '(body)', message: `${wanted}${allowed}, got ${shown(value, error.instancePath, secrets)}` },
      ]
    })
  return {
    matches: (value): value is Static<S> => validator.Check(value),
    faults,
    require(value, what) {
      if (validator.Check(value)) return value as Static<S>
      const fields = faults(value)
      const detail = fields.map(({ field, message }) => `${field} ${message}`).join('; ')
      throw new InputError('schema', `${what}: ${detail}`, fields)
    },
  }
}
