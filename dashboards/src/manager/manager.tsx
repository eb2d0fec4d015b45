import type { StreamTopic } from '@clearway/contracts'
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { useFeed, useTopic } from '../feed/use-feed.ts'
import { useLanguage } from '../language/use-language.ts'
import type { DeskData } from '../shell/desk.tsx'
import { Header } from '../shell/header.tsx'
import { BillsPanel } from './bills/bills-panel.tsx'
import { LotDetail } from './lot-detail.tsx'
import { LotList } from './lot-list.tsx'
import { filterLots, lotRows, totalsOf } from './lot-rows.ts'
import { type ManagerAddress, readAddress, writeAddress } from './manager-address.ts'
import { ReviewPanel } from './review/review-panel.tsx'
import { useReviewCount } from './review/use-review-count.ts'
import { Totals } from './totals.tsx'
import { useRevenueToday } from './use-revenue-today.ts'

/** The list is there first; the map and its engine come beside it. */
const LotMap = lazy(() => import('./lot-map.tsx'))

const topics: readonly StreamTopic[] = ['lots']
/** Lots speak when somebody passes a gate; a whole city that is silent this long is not reporting. */
const staleAfterMs = 300_000

/** Parking: totals of the city, its lots as a table and as a map, and one lot in detail. */
export function Manager({ session, city, configuration }: DeskData) {
  const { t, text } = useLanguage()
  const feed = useFeed(topics)
  const lots = useTopic(feed.store, 'lots', 1_000)
  const revenue = useRevenueToday(city.timeZone)
  const [address, setAddress] = useState<ManagerAddress>(() => readAddress(location.search))
  const change = useCallback((part: Partial<ManagerAddress>) => setAddress((now) => ({ ...now, ...part })), [])
  useEffect(() => {
    history.replaceState(history.state, '', location.pathname + writeAddress(address, location.search))
  }, [address])

  const rows = useMemo(
    () => lotRows(lots, (lot) => text(lot.name) || lot.id, revenue?.byLot ?? new Map()),
    [lots, text, revenue],
  )
  const filtered = useMemo(() => filterLots(rows, address), [rows, address])
  const { counts, recount } = useReviewCount(session.roles)
  const lotName = useCallback((id: string) => rows.find(({ lot }) => lot.id === id)?.name ?? id, [rows])
  const totals = useMemo(() => totalsOf(lots), [lots])
  const selected = rows.find(({ lot }) => lot.id === address.lot)

  return (
    <div className="desk">
      <Header screen="manager" session={session} city={city} feed={feed} topics={topics} staleAfterMs={staleAfterMs} />
      <main id="content" className="manager" tabIndex={-1}>
        <h1 className="unseen">{t('nav.manager')}</h1>
        <Totals totals={totals} revenueFen={revenue?.totalFen} />
        <LotList
          filtered={filtered}
          all={rows.length}
          address={address}
          change={change}
          waiting={counts}
          loaded={feed.store.receivedMs('lots') !== undefined}
        />
        <div className="manager-map">
          <Suspense fallback={<p className="page-note">{t('map.loading')}</p>}>
            <LotMap
              city={city}
              configuration={configuration}
              feed={feed}
              rows={filtered.rows}
              revenue={revenue}
              address={address}
              change={change}
            />
          </Suspense>
          {address.review && (
            <ReviewPanel
              lotName={lotName}
              counts={counts}
              onCorrected={recount}
              onClose={() => change({ review: undefined })}
            />
          )}
          {address.bills && (
            <BillsPanel
              session={session}
              state={address.bills === 'all' ? undefined : address.bills}
              bill={address.bill}
              onState={(state) => change({ bills: state ?? 'all' })}
              onBill={(bill) => change({ bill })}
              onClose={() => change({ bills: undefined, bill: undefined })}
            />
          )}
          {selected && !address.review && !address.bills && (
            <LotDetail
              key={selected.lot.id}
              row={selected}
              roles={session.roles}
              period={address.period}
              onPeriod={(period) => change({ period })}
              onClose={() => change({ lot: undefined })}
            />
          )}
        </div>
      </main>
    </div>
  )
}
