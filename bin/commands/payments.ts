import { writeFileSync } from 'node:fs'
import { type Reconciliation, systemClock, WorldError } from '@clearway/contracts'
import { loadConfig, Records, reconcileOffline } from '@clearway/gateway'
import { Command } from 'commander'
import { writeResult } from '../result-file.ts'

const operator = { name: 'command-line', roles: ['admin'] } as const

interface ReconcileOptions {
  provider: string
  day: string
  file?: string
  json?: string
  csv?: string
}

function writeTable(file: string, content: string): void {
  try {
    writeFileSync(file, content)
  } catch (cause) {
    throw new WorldError('unwritable', `--csv ${file} cannot be written: ${(cause as Error).message}`, cause)
  }
}

const yuan = (fen: number) => `¥${(fen / 100).toFixed(2)}`

function summary({ provider, day, ...told }: Reconciliation): string {
  const { matched, missingHere, missingThere, amountDiffers } = told
  return [
    `${provider} ${day}: ${matched} matched, ${missingHere} missing here, ${missingThere} missing there, ${amountDiffers} with another amount`,
    `ours ${yuan(told.oursFen)}, theirs ${yuan(told.theirsFen)}, fees ${yuan(told.feeFen)}, paid out ${yuan(told.payoutFen)}`,
  ].join('\n')
}

async function reconcile({ json, csv, ...order }: ReconcileOptions): Promise<void> {
  const config = loadConfig()
  const records = Records.open(config.dataDir)
  try {
    const result = await reconcileOffline({ config, records, clock: systemClock }, order, operator)
    console.log(summary(result.reconciliation))
    for (const line of result.lines) {
      if (line.verdict === 'matched') continue
      const amounts = `ours ${line.oursFen ?? '–'} fen, theirs ${line.theirsFen ?? '–'} fen`
      console.log(
        `  ${line.verdict}: ${line.kind} ${line.refundId ?? line.orderId} (${line.transactionId}), ${amounts}`,
      )
    }
    const { reconciliation, lines } = result
    writeResult(json, { ...reconciliation, lines })
    if (csv) writeTable(csv, result.csv)
    if (lines.some(({ verdict }) => verdict !== 'matched')) process.exitCode = 1
  } finally {
    records.close()
  }
}

export function paymentsCommand(): Command {
  const payments = new Command('payments').description('money by payment providers (docs/payments.md)')
  payments
    .command('reconcile')
    .description("compares the payments of a day with the provider's bill; ends with 1 when they differ")
    .requiredOption('--provider <name>', 'wechat or alipay')
    .requiredOption('--day <date>', 'of China, over by now; for example 2026-11-23')
    .option('--file <file>', "the provider's bill as its merchant pages hand it out; the provider is asked if absent")
    .option('--json <file>', 'also writes the result with every line')
    .option('--csv <file>', 'also writes every line as a table')
    .action(reconcile)
  return payments
}
