import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { WorldError } from '@clearway/contracts'
import { parse } from 'csv-parse/sync'
import { fromChinaTime } from '../china-time.ts'
import type { SettlementLine } from '../payment-provider.ts'
import { fenOf } from '../yuan.ts'

/** Of a bill that is unpacked, bytes: about two million lines. */
const largestBill = 512 * 1024 * 1024

const malformed = (message: string) => new WorldError('settlement-malformed', `the bill of WeChat Pay ${message}`)

/**
 * The text of a bill that came packed.
 *
 * @param sha1 hexadecimal, of the text before it was packed
 * @throws WorldError `settlement-malformed` when it is not the file that was announced
 */
export function unpackBill(packed: Buffer, sha1: string): string {
  let bill: Buffer
  try {
    bill = gunzipSync(packed, { maxOutputLength: largestBill })
  } catch {
    throw malformed('does not unpack')
  }
  const found = createHash('sha1').update(bill).digest('hex')
  if (found !== sha1.toLowerCase()) throw malformed(`has the SHA-1 ${found}, announced was ${sha1}`)
  return bill.toString('utf8')
}

/** A line of a bill by the names of its columns. */
type Cells = Readonly<Record<string, string>>

/**
 * Lines of a trade bill of the kind `ALL`, by the provider's numbers. Columns are found by name: their order has changed
 * before. Each value begins with a back-tick, for spreadsheets; two lines at the end sum the rest up, and must.
 *
 * @throws WorldError `settlement-malformed` naming the line and the column
 * @see https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
 */
export function parseTradeBill(text: string): SettlementLine[] {
  const rows = parse(text, { bom: true, relaxColumnCount: true, relaxQuotes: true, skipEmptyLines: true }) as string[][]
  const end = rows.findIndex(([first]) => first?.startsWith('总交易单数'))
  const [names] = rows
  if (!names?.includes('微信订单号') || end < 1)
    throw malformed('has no table that begins with its columns and ends in sums')
  const cells = rows.slice(1, end).map((row) => cellsOf(names, row))
  const lines = cells.map((row, index) => lineOf(row, index + 2))
  requireSums(cellsOf(rows[end] as string[], rows[end + 1] ?? []), lines)
  return lines
}

const cellsOf = (names: readonly string[], row: readonly string[]): Cells =>
  Object.fromEntries(names.map((name, index) => [name.trim(), (row[index] ?? '').trim().replace(/^`/, '')]))

function lineOf(cells: Cells, row: number): SettlementLine {
  const isRefund = cells.交易状态 === 'REFUND'
  const amountFen = fen(cells, row, isRefund ? ['申请退款金额', '退款金额'] : ['订单金额', '应结订单金额'])
  const atMs = fromChinaTime(cells.交易时间 ?? '')
  if (Number.isNaN(atMs)) throw malformed(`line ${row}: 交易时间 "${cells.交易时间}" is no time`)
  return {
    kind: isRefund ? 'refund' : 'payment',
    orderId: cells.商户订单号 ?? '',
    ...(isRefund ? { refundId: cells.商户退款单号 ?? '' } : {}),
    transactionId: (isRefund ? cells.微信退款单号 : cells.微信订单号) ?? '',
    amountFen,
    feeFen: fen(cells, row, ['手续费']),
    atMs,
  }
}

/** The first of some columns that the bill has: older ones lack the newer. */
function fen(cells: Cells, row: number, columns: readonly string[]): number {
  const column = columns.find((name) => cells[name] !== undefined) as string
  // Fees have five decimals, all of them zero below the second.
  const amount = fenOf((cells[column] ?? '').replace(/(\.\d\d)0+$/, '$1'))
  if (amount === undefined) throw malformed(`line ${row}: ${column} "${cells[column]}" is no amount in yuan`)
  return amount
}

function requireSums(sums: Cells, lines: readonly SettlementLine[]): void {
  const count = Number(sums.总交易单数)
  if (count !== lines.length) throw malformed(`says ${sums.总交易单数} lines and has ${lines.length}`)
  const refunds = sums.申请退款总金额
  if (refunds === undefined) return
  const refundedFen = lines.reduce((sum, { kind, amountFen }) => sum + (kind === 'refund' ? amountFen : 0), 0)
  if (fenOf(refunds) !== refundedFen) throw malformed(`sums refunds up to ${refunds}, its lines to ${refundedFen} fen`)
}
