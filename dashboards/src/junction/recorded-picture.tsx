import type { Dispatch, JunctionTable, LoggedSignalEvent } from '@clearway/contracts'
import { useCallback, useMemo } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { getAll } from '../server/requests.ts'
import { useRemote } from '../server/use-remote.ts'
import { Failure } from '../shell/failure.tsx'
import { Diagram, type DiagramWords, type StopLine } from './diagram.ts'
import { useGroupName } from './group-name.ts'
import type { CalledRecord } from './preemption-list.tsx'
import { type RecordedRun, recordedRun } from './recorded-run.ts'
import { eventsPath, useEvents, usePassage } from './use-junction-log.ts'

export interface RecordedPictureProps {
  table: JunctionTable
  records: readonly CalledRecord[]
  chosen: number | 'live' | undefined
  nowMs: number
}

const liveMs = 10 * 60_000
const beforeMs = 20_000
const afterMs = 20_000
/** A recovery that takes longer is cut off at the right. */
const longestMs = 6 * 60_000

/** The ring diagram of the chosen pre-emption, or of the last minutes, from the junction's own log. */
export function RecordedPicture({ table, records, chosen, nowMs }: RecordedPictureProps) {
  const newest = records.reduce<CalledRecord | undefined>(
    (best, one) => (best && best.calledAt >= one.calledAt ? best : one),
    undefined,
  )
  const calledMs = chosen === 'live' ? undefined : (chosen ?? (newest ? Date.parse(newest.calledAt) : undefined))
  const record = records.find(({ calledAt }) => Date.parse(calledAt) === calledMs)
  const endMs = record?.recoveredAt ? Date.parse(record.recoveredAt) + afterMs : undefined
  const [fromMs, toMs] =
    calledMs === undefined
      ? [nowMs - liveMs, nowMs]
      : [calledMs - beforeMs, Math.min(endMs ?? nowMs, calledMs + longestMs, nowMs)]
  return <Picture table={table} fromMs={fromMs} toMs={toMs} calledMs={calledMs} />
}

interface PictureProps {
  table: JunctionTable
  fromMs: number
  toMs: number
  calledMs: number | undefined
}

function Picture({ table, fromMs, toMs, calledMs }: PictureProps) {
  const { t, text, formats } = useLanguage()
  const name = useGroupName(table)
  const events = useEvents(table.id, fromMs, toMs)
  const run = useMemo(
    () => (events.value ? recordedRun(table, events.value, fromMs, toMs) : undefined),
    [table, events.value, fromMs, toMs],
  )
  const preemption = run?.preemptions.find(({ callOnMs }) => callOnMs === calledMs)
  const passage = usePassage(table.id, fromMs, toMs)
  const route = useRoute(table, passage.value ?? null, run)
  const junction = text(table.name) || table.id
  const title =
    calledMs === undefined
      ? t('junction.pictureLive', { junction })
      : t('junction.picture', { junction, time: formats.clockSeconds(calledMs) })
  const words = useWords(title, name)
  if (events.state === 'failed') return <Failure error={events.error} retry={events.reload} />
  if (!run) return <div className="picture-room" aria-busy="true" />
  return (
    <section className="panel" aria-label={title}>
      <div className="picture" data-testid="recorded-picture">
        <Diagram table={table} run={run} preemption={preemption} route={route} words={words} />
      </div>
      <RecordedTable run={run} name={name} states={words.states} />
    </section>
  )
}

/** Where the vehicle of a mission was when: it is known at its start and at every stop line that it has passed. */
function useRoute(table: JunctionTable, mission: Dispatch | null, run: RecordedRun | undefined) {
  const { text } = useLanguage()
  const legs = useMemo(() => passedLegs(mission), [mission])
  const load = useCallback(
    (stop: AbortSignal) =>
      Promise.all(
        legs.map(({ junction }) =>
          junction === table.id || !run
            ? Promise.resolve<LoggedSignalEvent[]>([])
            : getAll<LoggedSignalEvent>(eventsPath(junction, run.fromMs - liveMs, run.toMs), stop),
        ),
      ),
    [legs, table.id, run],
  )
  const tables = useCallback(
    (stop: AbortSignal) => (legs.length > 0 ? getAll<JunctionTable>('/junctions', stop) : Promise.resolve([])),
    [legs],
  )
  const logs = useRemote(load)
  const known = useRemote(tables)
  return useMemo(() => {
    if (!run || !logs.value || !known.value || legs.length === 0) return undefined
    const stopLines = legs.flatMap(({ junction, approach, name, offsetM }, index): StopLine[] => {
      const other = junction === table.id ? table : known.value?.find(({ id }) => id === junction)
      const group = other?.approaches.find(({ id }) => id === approach)?.group
      const rows =
        junction === table.id
          ? run.rows
          : other
            ? recordedRun(other, logs.value?.[index] ?? [], run.fromMs, run.toMs).rows
            : []
      const spans = rows.find((row) => row.group === group)?.spans
      return spans ? [{ name: text(name) || junction, offsetM, spans }] : []
    })
    const here = legs.find(({ junction }) => junction === table.id)?.offsetM ?? 0
    return {
      trajectory: legs.map(({ passedMs, offsetM }) => ({ atMs: passedMs, offsetM: offsetM - here })),
      stopLines: stopLines.map((line) => ({ ...line, offsetM: line.offsetM - here })),
    }
  }, [run, logs.value, known.value, legs, table, text])
}

function passedLegs(mission: Dispatch | null) {
  return (mission?.junctions ?? []).flatMap(({ junction, approach, name, passedAt }) => {
    const offsetM = mission?.route.junctions.find((leg) => leg.junction === junction)?.offsetM
    return passedAt === undefined || offsetM === undefined
      ? []
      : [{ junction, approach, name, offsetM, passedMs: Date.parse(passedAt) }]
  })
}

/** The same as rows of a table, for those who do not see the picture. */
function RecordedTable({
  run,
  name,
  states,
}: {
  run: RecordedRun
  name: (group: string) => string
  states: DiagramWords['states']
}) {
  const { t, formats } = useLanguage()
  return (
    <details>
      <summary>{t('junction.asTable')}</summary>
      <table className="junction-table">
        <thead>
          <tr>
            <th scope="col">{t('junction.group')}</th>
            <th scope="col">{t('junction.shown')}</th>
            <th scope="col">{t('junction.from')}</th>
            <th scope="col">{t('junction.seconds')}</th>
          </tr>
        </thead>
        <tbody>
          {run.rows.flatMap(({ group, spans }) =>
            spans.map(({ state, fromMs, toMs }) => (
              <tr key={`${group},${fromMs}`}>
                <td>{name(group)}</td>
                <td>{state === 'unknown' ? t('junction.unknown') : states[state]}</td>
                <td className="figures">{formats.clockSeconds(fromMs)}</td>
                <td className="figures">{Math.round((toMs - fromMs) / 100) / 10}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </details>
  )
}

function useWords(title: string, group: (id: string) => string): DiagramWords {
  const { t } = useLanguage()
  return useMemo(() => {
    const part = (name: 'call' | 'entry' | 'dwell' | 'exit' | 'recovery') => t(`junction.parts.${name}`)
    const state = (name: 'green' | 'green-flash' | 'yellow' | 'red' | 'walk' | 'clearance') =>
      t(`junction.state.${name}`)
    return {
      ...{ title, group },
      parts: {
        ...{ call: part('call'), entry: part('entry'), dwell: part('dwell') },
        ...{ exit: part('exit'), recovery: part('recovery') },
      },
      states: {
        ...{ green: state('green'), 'green-flash': state('green-flash'), yellow: state('yellow') },
        ...{ red: state('red'), walk: state('walk'), clearance: state('clearance') },
      },
      seconds: t('junction.secondsAxis'),
      distance: t('junction.distanceAxis'),
      callOn: t('junction.callOn'),
      callOff: t('junction.callOff'),
    }
  }, [t, title, group])
}
