import { InputError, type LotComparisons, type LotMetrics, type MatrixField } from '@clearway/contracts'
import { afterKey, type PageRequest, pageOf } from '../../http/paging.ts'
import type { LotSetup } from '../lots/lots.ts'
import { compareMetrics, comparisonCsv } from './comparison.ts'
import { hotSpots, hotSpotsCsv } from './hot-spots.ts'
import type { LotSelection } from './lot-selection.ts'
import { type LotMetricsReader, rowsOf } from './metrics.ts'
import { metricsCsv } from './metrics-csv.ts'
import { matrixCsv, matrixJson } from './metrics-matrix.ts'

/** A question that is answered with a text; its window has been checked. */
export type NumbersQuestion =
  | { what: 'rows'; selections: readonly LotSelection[]; edges: readonly number[]; page: PageRequest | 'csv' }
  | { what: 'matrix'; lots: readonly LotSetup[]; edges: readonly number[]; field: MatrixField; form: 'json' | 'csv' }
  | {
      what: 'hot-spots'
      lots: readonly LotSetup[]
      edges: readonly [number, number]
      cellM: number
      form: 'json' | 'csv'
    }
  | {
      what: 'comparison'
      selections: readonly LotSelection[]
      edges: readonly number[]
      before: readonly number[]
      form: 'json' | 'csv'
    }

/** Answers with the body that is sent. */
export function answerNumbers(reader: LotMetricsReader, question: NumbersQuestion, nowMs: number): string | Buffer {
  if (question.what === 'matrix') {
    const { lots, edges, field, form } = question
    return (form === 'json' ? matrixJson : matrixCsv)(reader, lots, edges, field, nowMs)
  }
  if (question.what === 'hot-spots') {
    const { lots, edges, cellM, form } = question
    const found = hotSpots(reader, lots, edges, cellM, nowMs)
    return form === 'json' ? JSON.stringify(found) : hotSpotsCsv(found)
  }
  if (question.what === 'comparison') {
    const { selections, edges, before, form } = question
    const earlier = metricRows(reader, selections, before, nowMs)
    const items = metricRows(reader, selections, edges, nowMs).map((row, i) =>
      compareMetrics(row, earlier[i] as LotMetrics),
    )
    return form === 'json' ? JSON.stringify({ items } satisfies LotComparisons) : comparisonCsv(items)
  }
  const { selections, edges, page } = question
  const rows = metricRows(reader, selections, edges, nowMs)
  return page === 'csv' ? metricsCsv(rows) : JSON.stringify(inPages(rows, page))
}

function metricRows(
  reader: LotMetricsReader,
  selections: readonly LotSelection[],
  edges: readonly number[],
  nowMs: number,
): LotMetrics[] {
  const rows: LotMetrics[] = []
  // A lot of its own needs no adding up, and all lots are then read from one state of the store.
  if (selections.every(({ key }) => key.lot !== null)) {
    const lots = selections.flatMap((selection) => selection.lots)
    reader.eachLot(lots, edges, nowMs, (lot, figures) => rows.push(...rowsOf(lot.id, edges, figures)))
    return rows
  }
  for (const { key, lots } of selections) {
    const { lot: _, ...names } = key
    for (const row of rowsOf(null, edges, reader.together(lots, edges, nowMs))) rows.push({ ...row, ...names })
  }
  return rows
}

function inPages(rows: readonly LotMetrics[], query: PageRequest) {
  const after = afterKey(query, '', '')
  const key = ({ lot, group, district, from }: LotMetrics) => [lot ?? group ?? district ?? '', from] as const
  const last = after ? rows.findIndex((row) => key(row)[0] === after[0] && key(row)[1] === after[1]) : -1
  if (after && last === -1) {
    const message = 'belongs to another window, bucket or choice of lots; begin without one'
    throw new InputError('cursor-malformed', `cursor ${message}`, [{ field: 'cursor', message }])
  }
  const place = last + 1
  return pageOf(rows.slice(place), { limit: query.limit ?? rows.length }, key, (row) => row)
}
