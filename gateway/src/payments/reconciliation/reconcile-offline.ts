import type { Clock, Reconciliation, ReconciliationLine } from '@clearway/contracts'
import { AuditLog } from '../../audit/log.ts'
import type { Config } from '../../config.ts'
import type { Actor } from '../../http/route.ts'
import type { Records } from '../../records/records.ts'
import { openProviders, providerOf } from '../open-providers.ts'
import { SandboxProvider } from '../sandbox-provider.ts'
import { readSettlementFile } from '../settlement-file.ts'
import { knownMovements } from './known-movements.ts'
import { Reconciler } from './reconciler.ts'
import { reconciliationCsv } from './reconciliation-csv.ts'
import { lineBody, reconciliationBody } from './reconciliation-view.ts'

export interface OfflineOrder {
  provider: string
  /** `YYYY-MM-DD` of China. */
  day: string
  /** A bill that was downloaded; without it the provider is asked. */
  file?: string | undefined
}

/**
 * Compares a day without the gateway, on its data folder; the result stands as if the gateway had made it.
 *
 * @throws InputError naming the option; WorldError as `Reconciler.compare`
 */
export async function reconcileOffline(
  ground: { config: Config; records: Records; clock: Clock },
  { provider: name, day, file }: OfflineOrder,
  actor: Actor,
): Promise<{ reconciliation: Reconciliation; lines: ReconciliationLine[]; csv: string }> {
  const { records, clock } = ground
  const quiet = { info: () => {}, warn: () => {} }
  const audit = new AuditLog(records, clock)
  const reconciler = new Reconciler({ records, clock, audit, log: quiet, movements: knownMovements(records) })
  const given = file === undefined ? undefined : readSettlementFile(name, file)
  const provider = given
    ? { name, settlement: async () => [...given] }
    : providerOf([new SandboxProvider(records, clock, ''), ...(await openProviders(ground))], name)
  const record = await reconciler.compare(provider, day, actor)
  const lines = reconciler.kept.lines(name, day)
  return { reconciliation: reconciliationBody(record), lines: lines.map(lineBody), csv: reconciliationCsv(lines) }
}
