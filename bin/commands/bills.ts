import { randomUUID } from 'node:crypto'
import type { Ageing, Bill, BillEvidence, Dispute, Page, Payment, Refund } from '@clearway/contracts'
import { Command, Option } from 'commander'
import { askGateway, type GatewayOptions, withGateway } from '../gateway-client.ts'
import { wholeFrom } from '../option-values.ts'
import { writeResult } from '../result-file.ts'

interface Common extends GatewayOptions {
  json?: string
}

const states = ['issued', 'paid', 'overdue', 'disputed', 'written-off', 'refunded']

/** Bills over the API: what a cashier does, for scripts. */
export function billsCommand(): Command {
  const bills = new Command('bills').description('bills: what is owed, and what was done about it')
  const on = (name: string, description: string) =>
    withGateway(bills.command(name).description(description)).option('--json <file>', 'writes the whole answer')
  const ofBill = (name: string, description: string) => on(name, description).argument('<id>', 'of the bill')

  on('list', 'bills, newest first')
    .addOption(new Option('--state <state>').choices(states))
    .option('--plate <plate>')
    .option('--lot <name>')
    .option('--limit <n>', 'how many, at most 1000', wholeFrom(1), 50)
    .action(list)
  on('ageing', 'debts by age').option('--lot <name>').action(ageing)
  ofBill('show', 'one bill, line by line').action(async (id: string, options: Common) => {
    const bill = await ask<Bill>(`/bills/${encodeURIComponent(id)}`, options)
    console.log([inWords(bill), ...bill.lines.map(lineInWords)].join('\n'))
  })
  ofBill('pay', 'takes cash, or makes a link for the driver')
    .option('--provider <name>', 'cash if absent')
    .option('--amount <fen>', 'what is owed if absent', wholeFrom(1))
    .action(async (id: string, { provider, amount, ...options }: Common & { provider?: string; amount?: number }) => {
      const body = { ...(provider && { provider }), ...(amount !== undefined && { amountFen: amount }) }
      const payment = await act<Payment>(id, 'payments', body, options)
      console.log(`${payment.id}  ${yuan(payment.amountFen)}  ${payment.state}  ${payment.payUrl ?? ''}`.trimEnd())
    })
  ofBill('refund', 'gives credit back, then what was paid')
    .requiredOption('--why <text>', 'kept in the audit log')
    .option('--amount <fen>', 'all if absent', wholeFrom(1))
    .action(async (id: string, { why, amount, ...options }: Common & { why: string; amount?: number }) => {
      const body = { why, ...(amount !== undefined && { amountFen: amount }) }
      const { items } = await act<Page<Refund>>(id, 'refunds', body, options)
      for (const refund of items) console.log(`${refund.id}  ${yuan(refund.amountFen)}  ${refund.state}`)
    })
  ofBill('dispute', 'the driver does not agree')
    .requiredOption('--reason <text>', 'what he says')
    .action(async (id: string, { reason, ...options }: Common & { reason: string }) => {
      const dispute = await act<Dispute>(id, 'disputes', { reason }, options)
      console.log(`${dispute.id}  open since ${dispute.openedAt}`)
    })
  ofBill('decide', 'ends a dispute')
    .addOption(new Option('--outcome <what>').choices(['reject', 'grant']).makeOptionMandatory())
    .requiredOption('--why <text>', 'kept in the audit log')
    .option('--amount <fen>', 'grant: by how much; the whole bill if absent', wholeFrom(1))
    .action(async (id: string, given: Common & { outcome: 'reject' | 'grant'; why: string; amount?: number }) => {
      const { outcome, why, amount, ...options } = given
      const body = { outcome, why, ...(amount !== undefined && { amountFen: amount }) }
      console.log(inWords(await act<Bill>(id, 'decision', body, options)))
    })
  ofBill('write-off', 'what is owed is no longer asked for')
    .requiredOption('--why <text>', 'kept in the audit log')
    .action(async (id: string, { why, ...options }: Common & { why: string }) => {
      console.log(inWords(await act<Bill>(id, 'write-off', { why }, options)))
    })
  ofBill('evidence', 'all that bears on a bill, as JSON').action(async (id: string, options: Common) => {
    const evidence = await ask<BillEvidence>(`/bills/${encodeURIComponent(id)}/evidence`, options)
    if (options.json === undefined) console.log(JSON.stringify(evidence, null, 2))
  })
  return bills
}

async function list(options: Common & { state?: string; plate?: string; lot?: string; limit: number }): Promise<void> {
  const { state, plate, lot, limit, ...gateway } = options
  const query = new URLSearchParams({
    limit: String(Math.min(limit, 1000)),
    ...(state && { state }),
    ...(plate && { plate }),
    ...(lot && { lot }),
  })
  const { items } = await ask<Page<Bill>>(`/bills?${query}`, gateway)
  console.log(items.length === 0 ? 'no bills' : items.map(inWords).join('\n'))
}

async function ageing({ lot, ...options }: Common & { lot?: string }): Promise<void> {
  const query = lot === undefined ? '' : `?lot=${encodeURIComponent(lot)}`
  const { buckets, phases } = await ask<Ageing>(`/bills/ageing${query}`, options)
  for (const { fromDays, toDays, bills, owedFen } of buckets) {
    console.log(
      `${toDays === null ? `>${fromDays - 1}` : `${fromDays}–${toDays}`} days: ${bills} bills, ${yuan(owedFen)}`,
    )
  }
  for (const { phase, bills, amountFen } of phases) console.log(`${phase}: ${bills} bills of ${yuan(amountFen)}`)
}

async function ask<T extends object>(path: string, { json, ...gateway }: Common): Promise<T> {
  const answer = (await (await askGateway(path, gateway)).json()) as T
  writeResult(json, answer)
  return answer
}

/** One key for each run of the command: a request that the client library repeats moves money once. */
async function act<T extends object>(id: string, what: string, body: object, { json, ...gateway }: Common): Promise<T> {
  const sent = { method: 'POST', body, headers: { 'idempotency-key': randomUUID() } }
  const answer = (await (await askGateway(`/bills/${encodeURIComponent(id)}/${what}`, gateway, sent)).json()) as T
  writeResult(json, answer)
  return answer
}

const yuan = (fen: number): string => `¥${(fen / 100).toFixed(2)}`

function inWords({ id, lot, plate, phase, amountFen, owedFen, creditFen, issuedAt }: Bill): string {
  const owed = owedFen > 0 ? `  owed ${yuan(owedFen)}` : ''
  const credit = creditFen > 0 ? `  credit ${yuan(creditFen)}` : ''
  return `${id}  ${lot}  ${plate}  ${phase}  ${yuan(amountFen)}${owed}${credit}  ${issuedAt}`
}

const lineInWords = ({ text, fromMin, untilMin, quantity, amountFen }: Bill['lines'][number]): string =>
  `    ${fromMin}–${untilMin} min  ${quantity} ×  ${text.en ?? text.zh}  ${yuan(amountFen)}`
