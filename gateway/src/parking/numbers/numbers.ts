import type { Core } from '../../core.ts'
import type { Route } from '../../http/route.ts'
import type { LotLedger } from '../lot-ledger.ts'
import { LotMetricsReader } from './metrics.ts'
import { answerNumbers, type NumbersQuestion } from './number-answers.ts'
import { numberRoutes } from './number-routes.ts'
import { NumbersThread } from './numbers-thread.ts'

/** The figures of the lots: over time, in space, compared. */
export interface Numbers {
  metrics: LotMetricsReader
  routes: readonly Route[]
  start(): void
  stop(): Promise<void>
}

/** @param zone IANA zone in which days begin */
export function createNumbers(core: Core, ledger: LotLedger, zone: string): Numbers {
  const metrics = new LotMetricsReader(core.records, ledger, zone)
  // Another connection cannot see a store that is in memory.
  const onDisk = core.records.db.location() !== null
  const thread = onDisk ? new NumbersThread({ dataDir: core.config.dataDir, zone }) : undefined
  const answer = async (question: NumbersQuestion, nowMs: number) =>
    thread ? thread.answer(question, nowMs) : answerNumbers(metrics, question, nowMs)
  return {
    metrics,
    routes: numberRoutes(core, ledger, metrics, answer, zone),
    start: () => thread?.start(),
    stop: async () => thread?.stop(),
  }
}
