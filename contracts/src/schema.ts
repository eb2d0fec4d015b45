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

/** The value at a JSON pointer, shortened for a message. */
function shown(value: unknown, pointer: string): string {
  let here: unknown = value
  for (const step of pointer.split('/').slice(1)) {
    here = (here as Record<string, unknown> | undefined)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  const text = JSON.stringify(here) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

export function compile<S extends TSchema>(schema: S): Check<Static<S>> {
  const validator = Schema(schema)
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
        return [{ field, message: `is not known here, got ${shown(value, error.instancePath)}` }]
      }
      const allowed = params.allowedValues ? `: ${params.allowedValues.join(', ')}` : ''
      return [
        { field: field || '(body)', message: `${error.message}${allowed}, got ${shown(value, error.instancePath)}` },
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
