import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile, TariffDocument } from '@clearway/contracts'
import { expect, it } from 'vitest'
import { tariffFaults } from '../../../src/parking/tariffs/tariff-faults.ts'
import { readTariffFile } from '../../../src/parking/tariffs/tariff-file.ts'
import { tariffFileSchema } from '../../../src/parking/tariffs/tariff-schema.ts'

it('stands in docs/tariff.schema.json, which is made from it', async () => {
  const text = `${JSON.stringify(tariffFileSchema, null, 2)}\n`
  await expect(text).toMatchFileSnapshot('../../../../docs/tariff.schema.json')
})

it('describes every field of a tariff', () => {
  const bare: string[] = []
  const walk = (schema: Record<string, unknown>, path: string) => {
    if (path && !('description' in schema) && schema.type !== 'object') bare.push(path)
    const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>
    for (const [name, inner] of Object.entries(properties)) walk(inner, path ? `${path}.${name}` : name)
    if (schema.items) walk({ description: '', ...(schema.items as object) }, `${path}[]`)
  }
  walk(TariffDocument as unknown as Record<string, unknown>, '')
  // Texts and ids say what they are.
  expect(bare.filter((path) => !/\b(zh|en|id)$/.test(path))).toEqual([])
})

it('is that of every example of docs/tariffs.md, whose rules fit together', () => {
  const folder = join(import.meta.dirname, '../../../../docs/tariffs')
  const check = compile(TariffDocument)
  for (const name of ['simple', 'day-and-night', 'everything']) {
    for (const { document } of readTariffFile(join(folder, `${name}.yaml`))) {
      expect(check.faults(document)).toEqual([])
      expect(tariffFaults(document)).toEqual([])
    }
  }
  expect(
    readFileSync(join(folder, 'simple.yaml'), 'utf8')
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('#')),
  ).toHaveLength(5)
})
