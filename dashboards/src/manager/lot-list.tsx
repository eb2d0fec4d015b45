import type { ReviewCounts } from '@clearway/contracts'
import { Button, Input, Segmented, Select } from 'antd'
import { useLanguage } from '../language/use-language.ts'
import { Icon } from '../look/icon.tsx'
import type { BandFilter, FilteredLots } from './lot-rows.ts'
import { LotTable } from './lot-table.tsx'
import { lotKinds, type ManagerAddress } from './manager-address.ts'
import { useLotExport } from './use-lot-export.ts'

export interface LotListProps {
  filtered: FilteredLots
  all: number
  address: ManagerAddress
  change: (part: Partial<ManagerAddress>) => void
  /** Stays that wait for a person. */
  waiting: ReviewCounts | undefined
  loaded: boolean
}

const bands: BandFilter[] = ['low', 'mid', 'full', 'stale']

/** Everything that the map shows, as a list that can be searched, filtered, sorted and taken away. */
export function LotList({ filtered, all, address, change, waiting, loaded }: LotListProps) {
  const { t, formats } = useLanguage()
  const exportRows = useLotExport()
  const shownBands = bands.filter((band) => band !== 'stale' || filtered.counts.stale > 0 || address.band === 'stale')
  const option = (value: BandFilter | 'all') => ({
    value,
    label: (
      <>
        {t(`lots.${value}`)} <span className="count figures">{filtered.counts[value]}</span>
      </>
    ),
  })
  return (
    <section className="lot-list" aria-label={t('lots.list')}>
      <div className="lot-list-head">
        <h2 className="panel-title">{t('lots.heading')}</h2>
        <span className="soft figures" data-testid="lot-count">
          {t('lots.count', { shown: filtered.rows.length, all })}
        </span>
        {waiting && (
          <Button size="small" onClick={() => change({ review: true, bills: undefined })} data-testid="open-review">
            {t('review.open')}
            <span className="count figures">{formats.integer(waiting.review)}</span>
          </Button>
        )}
        <Button
          size="small"
          onClick={() => change({ bills: address.bills ? undefined : 'all', bill: undefined, review: undefined })}
          data-testid="open-bills"
        >
          {t('bills.open')}
        </Button>
        <Button
          size="small"
          icon={<Icon name="download" size={16} />}
          disabled={filtered.rows.length === 0}
          onClick={() => exportRows(filtered.rows)}
          data-testid="export-csv"
        >
          {t('lots.export')}
        </Button>
      </div>
      <div className="lot-filters">
        <Input.Search
          allowClear
          value={address.search}
          placeholder={t('lots.search')}
          aria-label={t('lots.search')}
          onChange={({ target }) => change({ search: target.value })}
        />
        <Select
          value={address.kind ?? ''}
          aria-label={t('lots.kind')}
          onChange={(kind) => change({ kind: lotKinds.find((one) => one === kind) })}
          options={[
            { value: '', label: t('lots.anyKind') },
            ...lotKinds.map((kind) => ({ value: kind as string, label: t(`kind.${kind}`) })),
          ]}
        />
        <Segmented<BandFilter | 'all'>
          block
          aria-label={t('lots.filter')}
          value={address.band ?? 'all'}
          onChange={(band) => change({ band: band === 'all' ? undefined : band })}
          options={[option('all'), ...shownBands.map(option)]}
        />
      </div>
      <LotTable
        rows={filtered.rows}
        selected={address.lot}
        onSelect={(lot) => change({ lot })}
        loading={!loaded}
        empty={all === 0 ? t('lots.none') : t('lots.empty')}
      />
    </section>
  )
}
