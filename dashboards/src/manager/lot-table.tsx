import { Table, type TableColumnsType } from 'antd'
import { useMemo } from 'react'
import { useLanguage } from '../language/use-language.ts'
import type { LotRow } from './lot-rows.ts'
import { OccupancyBar } from './occupancy-bar.tsx'

export interface LotTableProps {
  rows: readonly LotRow[]
  selected: string | undefined
  onSelect: (lot: string) => void
  loading: boolean
  empty: string
}

/** Enough for most cities on one page; beyond it the table turns pages rather than slow down. */
const pageSize = 100

export function LotTable({ rows, selected, onSelect, loading, empty }: LotTableProps) {
  const { t, formats, language } = useLanguage()
  const columns = useMemo<TableColumnsType<LotRow>>(() => {
    const names = new Intl.Collator(language === 'zh' ? 'zh-CN' : 'en', { numeric: true })
    return [
      {
        key: 'name',
        title: t('lots.name'),
        ellipsis: true,
        sorter: (a, b) => names.compare(a.name, b.name),
        render: (_, { lot, name }) => (
          <button
            type="button"
            className="lot-name"
            title={name}
            aria-label={t('lots.show', { name })}
            onClick={() => onSelect(lot.id)}
          >
            {name}
          </button>
        ),
      },
      {
        key: 'occupancy',
        title: t('lots.occupancy'),
        width: 112,
        defaultSortOrder: 'descend',
        sorter: (a, b) => a.occupancy - b.occupancy,
        render: (_, row) => <OccupancyBar row={row} />,
      },
      {
        key: 'vacant',
        title: t('lots.vacant'),
        width: 74,
        align: 'right',
        sorter: (a, b) => a.lot.vacant - b.lot.vacant,
        render: (_, { lot }) => formats.integer(lot.vacant),
      },
      {
        key: 'turnover',
        title: t('lots.turnover'),
        width: 90,
        align: 'right',
        sorter: (a, b) => a.lot.turnoverToday - b.lot.turnoverToday,
        render: (_, { lot }) => formats.turnover(lot.turnoverToday),
      },
      {
        key: 'revenue',
        title: t('lots.revenue'),
        width: 96,
        align: 'right',
        sorter: (a, b) => (a.revenueFen ?? -1) - (b.revenueFen ?? -1),
        render: (_, { revenueFen }) => (revenueFen === undefined ? '–' : formats.wholeMoney(revenueFen)),
      },
    ]
  }, [t, formats, language, onSelect])
  return (
    <div className="lot-table figures">
      <Table<LotRow>
        size="small"
        tableLayout="fixed"
        columns={columns}
        dataSource={rows as LotRow[]}
        rowKey={({ lot }) => lot.id}
        loading={loading}
        showSorterTooltip={false}
        pagination={{ pageSize, hideOnSinglePage: true, showSizeChanger: false, size: 'small' }}
        locale={{ emptyText: empty }}
        rowClassName={({ lot }) => (lot.id === selected ? 'lot-row-selected' : '')}
        onRow={({ lot, band }) =>
          ({
            onClick: () => onSelect(lot.id),
            'data-testid': 'lot-row',
            'data-lot': lot.id,
            'data-band': band,
            'aria-current': lot.id === selected ? 'true' : undefined,
          }) as React.HTMLAttributes<HTMLElement>
        }
      />
    </div>
  )
}
