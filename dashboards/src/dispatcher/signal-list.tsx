import type { JunctionTable } from '@clearway/contracts'
import { useState } from 'react'
import { type OpenFeed, useTopic } from '../feed/use-feed.ts'
import { useLanguage } from '../language/use-language.ts'
import { knownMode } from './signal-mode.ts'

export interface SignalListProps {
  junctions: readonly JunctionTable[]
  feed: OpenFeed
  onSelect: (junction: string) => void
}

/** More rows than anyone reads; whoever looks for one types its name. */
const most = 40

/** The signals of the map as a list, those that give priority first. */
export function SignalList(props: SignalListProps) {
  const { t } = useLanguage()
  const [open, setOpen] = useState(false)
  return (
    <details className="signal-list" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="panel-title">
        {t('signal.heading')} <span className="soft figures">{props.junctions.length}</span>
      </summary>
      {open && <SignalRows {...props} />}
    </details>
  )
}

function SignalRows({ junctions, feed, onSelect }: SignalListProps) {
  const { t, text } = useLanguage()
  const [search, setSearch] = useState('')
  const signals = useTopic(feed.store, 'signals', 1_000)
  const modes = new Map(signals.map(({ id, mode }) => [id, mode]))
  const wanted = search.trim().toLowerCase()
  const rows = junctions
    .map(({ id, name }) => ({ id, name: text(name) || id, mode: knownMode(modes.get(id)) }))
    .filter(({ id, name }) => name.toLowerCase().includes(wanted) || id.includes(wanted))
    .sort((a, b) => Number(b.mode === 'preempted') - Number(a.mode === 'preempted') || a.name.localeCompare(b.name))
  return (
    <>
      <input
        type="search"
        value={search}
        placeholder={t('lots.search')}
        aria-label={t('lots.search')}
        onChange={({ target }) => setSearch(target.value)}
      />
      <ul>
        {rows.slice(0, most).map(({ id, name, mode }) => (
          <li key={id}>
            <button
              type="button"
              onClick={() => onSelect(id)}
              data-testid="signal-row"
              data-junction={id}
              data-mode={mode}
            >
              <span className="unit-name">{name}</span>
              <span className={mode === 'preempted' ? 'in-priority' : 'soft'}>{t(`mode.${mode}`)}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
