import { Name, TariffDocument, Timestamp } from '@clearway/contracts'
import { closed } from '../../http/strict.ts'

const document = { $ref: '#/$defs/document' }
const edition = {
  type: 'object',
  properties: { id: Name, validFrom: Timestamp, document },
  required: ['document'],
  additionalProperties: false,
}
const list = {
  type: 'object',
  properties: { items: { type: 'array', items: { ...edition, required: ['id', 'document'] } } },
  additionalProperties: false,
}

/**
 * JSON schema of a tariff file, for editors: a bare document, a document with `id` and `validFrom` beside it, or a list
 * of those. docs/tariff.schema.json is made from it.
 */
export const tariffFileSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Clearway tariff',
  $defs: { document: closed(TariffDocument) },
  if: { required: ['items'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema
  then: list,
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema
  else: { if: { required: ['document'] }, then: edition, else: document },
}
