import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { InputError, WorldError } from '@clearway/contracts'
import { alipayLines, alipayTextLines } from './alipay/alipay-pay.ts'
import type { SettlementLine } from './payment-provider.ts'
import { parseTradeBill } from './wechat/trade-bill.ts'

/** How each provider's files are read, as its merchant pages hand them out: packed or not. */
const readers: Readonly<Record<string, (content: Buffer) => SettlementLine[]>> = {
  wechat: (content) => {
    const isPacked = content[0] === 0x1f && content[1] === 0x8b
    return parseTradeBill((isPacked ? gunzipSync(content) : content).toString('utf8'))
  },
  alipay: (content) =>
    content.subarray(0, 2).toString() === 'PK'
      ? alipayLines(content)
      : alipayTextLines(new TextDecoder('gbk').decode(content)),
}

/**
 * The lines of a bill that somebody has downloaded.
 *
 * @throws InputError for a provider without such files, or a file that cannot be read; WorldError
 * `settlement-malformed` naming the line and the column
 */
export function readSettlementFile(provider: string, file: string): SettlementLine[] {
  const refuse = (field: string, message: string) => new InputError('file', `${field} ${message}`, [{ field, message }])
  const read = readers[provider]
  if (!read) throw refuse('--provider', `"${provider}" has no files; ${Object.keys(readers).join(', ')} have`)
  let content: Buffer
  try {
    content = readFileSync(file)
  } catch (error) {
    throw refuse('--file', `${file} cannot be read: ${(error as Error).message}`)
  }
  try {
    return read(content)
  } catch (error) {
    if (error instanceof WorldError) throw refuse('--file', `${file}: ${error.message}`)
    throw refuse('--file', `${file} is no bill of ${provider}: ${(error as Error).message}`)
  }
}
