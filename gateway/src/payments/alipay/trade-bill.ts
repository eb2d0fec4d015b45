import { WorldError } from '@clearway/contracts'
import { parse } from 'csv-parse/sync'
import { unzipSync } from 'fflate'
import { fromChinaTime } from '../china-time.ts'
import type { SettlementLine } from '../payment-provider.ts'
import { fenOf } from '../yuan.ts'

/** Of a file in the archive, unpacked, bytes: about two million lines. */
const largestFile = 512 * 1024 * 1024

const malformed = (message: string) => new WorldError('settlement-malformed', `the bill of Alipay ${message}`)

/**
 * The text of the lines in an archive of Alipay. It holds two CSV files in GBK, lines and sums; their names are GBK too,
 * which ZIP does not say, so they are told apart by what is in them.
 *
 * @throws WorldError `settlement-malformed` when there is no file of lines
 */
export function unpackBill(archive: Buffer): string {
  let files: Record<string, Uint8Array>
  try {
    files = unzipSync(archive, { filter: ({ originalSize }) => originalSize <= largestFile })
  } catch {
    throw malformed('does not unpack')
  }
  const gbk = new TextDecoder('gbk')
  const texts = Object.values(files).map((file) => gbk.decode(file))
  const lines = texts.find((text) => /^支付宝交易号\s*,/m.test(text))
  if (lines === undefined) throw malformed(`holds ${texts.length} files, none of them the lines of a day`)
  return lines
}

type Cells = Readonly<Record<string, string>>

/**
 * Lines of a bill of the kind `trade`, by Alipay's numbers. What begins with `#` is text around the table; the text below
 * says how many lines there are. Values end in tabs, for spreadsheets; amounts of refunds are negative, and so are fees.
 *
 * @throws WorldError `settlement-malformed` naming the line and the column
 * @see https://opendocs.alipay.com/open/204/106262 (bills)
 */
export function parseTradeBill(text: string): SettlementLine[] {
  const table = text
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
    .join('\n')
  const options = { bom: true, relaxColumnCount: true, relaxQuotes: true, skipEmptyLines: true, trim: true }
  const [names, ...rows] = parse(table, options) as string[][]
  if (!names?.includes('支付宝交易号')) throw malformed('has no table that begins with its columns')
  const lines = rows.map((row, index) => {
    const cells = Object.fromEntries(names.map((name, column) => [name, row[column] ?? '']))
    return lineOf(cells, index + 1)
  })
  requireCounts(text, lines)
  return lines
}

function lineOf(cells: Cells, row: number): SettlementLine {
  const isRefund = cells.业务类型 === '退款'
  const atMs = fromChinaTime(cells.完成时间 ?? '')
  if (Number.isNaN(atMs)) throw malformed(`line ${row}: 完成时间 "${cells.完成时间}" is no time`)
  const amountFen = Math.abs(fen(cells, row, '订单金额（元）'))
  const feeFen = Math.abs(fen(cells, row, '服务费（元）'))
  const tradeNo = cells.支付宝交易号 ?? ''
  const refundId = cells['退款批次号/请求号'] ?? ''
  return {
    kind: isRefund ? 'refund' : 'payment',
    orderId: cells.商户订单号 ?? '',
    ...(isRefund ? { refundId } : {}),
    transactionId: isRefund ? `${tradeNo}/${refundId}` : tradeNo,
    amountFen,
    feeFen: isRefund ? 0 - feeFen : feeFen,
    atMs,
  }
}

function fen(cells: Cells, row: number, column: string): number {
  const amount = fenOf(cells[column] ?? '')
  if (amount === undefined) throw malformed(`line ${row}: ${column} "${cells[column] ?? ''}" is no amount in yuan`)
  return amount
}

function requireCounts(text: string, lines: readonly SettlementLine[]): void {
  for (const [kind, word] of [
    ['payment', '交易合计'],
    ['refund', '退款合计'],
  ] as const) {
    const [, said] = new RegExp(`^#${word}[：:]\\s*(\\d+)笔`, 'm').exec(text) ?? []
    const found = lines.filter((line) => line.kind === kind).length
    if (said !== undefined && Number(said) !== found) throw malformed(`says ${said} lines (${word}) and has ${found}`)
  }
}
