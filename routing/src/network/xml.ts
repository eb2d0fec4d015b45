import type { InputError } from '@clearway/contracts'
import { SaxesParser } from 'saxes'
import { brokenMap, contentOf, type MapSource } from './map-file.ts'

/** An opening tag of an XML file, with checked access to its attributes. */
export interface XmlTag {
  name: string
  attributes: Readonly<Record<string, string>>
  /** @throws InputError `map-broken` when it is missing */
  text(attribute: string): string
  /** @throws InputError `map-broken` when it is missing or no finite number within the range */
  number(attribute: string, least?: number, most?: number): number
  /** An input error at this place of the file. */
  wrong(reason: string): InputError
}

/**
 * Reads an XML file piece by piece.
 *
 * @param open called at every opening tag, `close` at every closing one with its name
 * @throws WorldError `file-unreadable`
 * @throws InputError `map-broken`, naming file, line and reason, when it is no XML, cut off or not UTF-8
 */
export async function eachTag(
  source: MapSource,
  name: string,
  open: (tag: XmlTag) => void,
  close: (tagName: string) => void,
): Promise<void> {
  const parser = new SaxesParser<{ xmlns: false; position: true }>({ xmlns: false, position: true })
  const broken = (reason: string) => brokenMap(name, reason, `line ${parser.line}`)
  parser.on('error', (error) => {
    throw broken(`no well-formed XML (${error.message.replace(/^\d+:\d+: /, '')})`)
  })
  parser.on('opentag', (tag) => open(checkedTag(tag.name, tag.attributes, broken)))
  parser.on('closetag', (tag) => close(tag.name))
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decoded = (chunk?: Uint8Array) => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
    } catch {
      throw broken('its text is not UTF-8; convert the file first')
    }
  }
  for await (const chunk of contentOf(source, name)) parser.write(decoded(chunk))
  parser.write(decoded()).close()
}

function checkedTag(
  name: string,
  attributes: Readonly<Record<string, string>>,
  broken: (reason: string) => InputError,
): XmlTag {
  const wrong = (reason: string) => broken(`<${name}> ${reason}`)
  const text = (attribute: string) => {
    const value = attributes[attribute]
    if (value === undefined) throw wrong(`has no ${attribute}`)
    return value
  }
  return {
    name,
    attributes,
    text,
    number(attribute, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY) {
      const value = text(attribute)
      const number = value.trim() === '' ? Number.NaN : Number(value)
      if (Number.isFinite(number) && number >= least && number <= most) return number
      const range = Number.isFinite(least) ? ` from ${least} to ${most}` : ''
      throw wrong(`has ${attribute} "${value}", expected a number${range}`)
    },
    wrong,
  }
}
