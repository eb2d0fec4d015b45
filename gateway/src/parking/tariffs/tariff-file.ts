import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import {
  compile,
  fromTimestamp,
  InputError,
  Name,
  TariffDocument,
  TariffEditionList,
  Timestamp,
} from '@clearway/contracts'
import { type Static, Type } from 'typebox'
import { parse } from 'yaml'
import { closed } from '../../http/strict.ts'
import { requireRules } from './tariff-faults.ts'

/** One version of a tariff. */
export interface Edition {
  id: string
  /** Counting up from 1. */
  version: number
  validFromMs: number
  document: TariffDocument
}

/** One version of a tariff as a file. */
const TariffFile = Type.Object({
  id: Type.Optional(Name),
  validFrom: Type.Optional(Timestamp),
  document: TariffDocument,
})

/** A tariff as it stands in a file. */
export type FiledTariff = Static<typeof TariffFile> & { id: string }

const checkDocument = compile(closed(TariffDocument))
const checkFile = compile(closed(TariffFile))
const checkList = compile(closed(TariffEditionList))

/**
 * The tariffs of one file, YAML or JSON: a bare document, a document with `id` and `validFrom` beside it, or a list of
 * those under `items`. A file that gives no id is called by its name.
 *
 * @throws InputError naming the file and each wrong field, or what the parser said
 */
export function readTariffFile(file: string): FiledTariff[] {
  const content = contentOf(file)
  const id = basename(file).replace(/\.(ya?ml|json)$/i, '')
  if (has(content, 'items')) return (checkList.require(content, file) as TariffEditionList).items
  if (has(content, 'document')) return [{ id, ...(checkFile.require(content, file) as Static<typeof TariffFile>) }]
  return [{ id, document: checkDocument.require(content, file) as TariffDocument }]
}

const has = (content: unknown, key: string): boolean =>
  typeof content === 'object' && content !== null && key in content

function contentOf(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const message = `${file} cannot be read: ${(error as Error).message}`
    throw new InputError('file', message, [{ field: 'file', message }])
  }
}

/**
 * The tariffs of all files of a folder, versions in order of their beginning. One without `validFrom` holds from ever.
 *
 * @throws InputError naming the folder or the file and each field that does not fit
 */
export function readTariffFolder(folder: string): Edition[] {
  let names: string[]
  try {
    names = readdirSync(folder).filter((name) => /\.(ya?ml|json)$/i.test(name))
  } catch (error) {
    const message = `${folder} is no folder of tariffs: ${(error as Error).message}`
    throw new InputError('folder', message, [{ field: 'tariffs', message }])
  }
  const filed = names.toSorted().flatMap((name) =>
    readTariffFile(join(folder, name)).map(({ id, document, validFrom }) => {
      requireRules(document, join(folder, name))
      return { id, document, validFromMs: validFrom === undefined ? 0 : fromTimestamp(validFrom) }
    }),
  )
  return [...Map.groupBy(filed, ({ id }) => id).values()].flatMap((versions) =>
    versions
      .toSorted((a, b) => a.validFromMs - b.validFromMs)
      .map((version, i): Edition => ({ ...version, version: i + 1 })),
  )
}
