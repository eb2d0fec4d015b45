import type { JunctionTable } from '@clearway/contracts'
import { createElement as h, type ReactElement, type ReactNode } from 'react'
import type { GroupRow, Preemption, RecordedRun, Span } from './recorded-run.ts'

/** The way of one vehicle along its route, in the order of time. */
export type Trajectory = readonly { atMs: number; offsetM: number }[]

/** A junction of the route: where its stop line is, and what it showed to the vehicle. */
export interface StopLine {
  name: string
  offsetM: number
  spans: readonly Span[]
}

export interface DiagramProps {
  table: JunctionTable
  run: RecordedRun
  /** The pre-emption whose parts are marked. */
  preemption?: Preemption | undefined
  /** Drawn below on the same axis of time. */
  route?: { trajectory: Trajectory; stopLines: readonly StopLine[] } | undefined
  words: DiagramWords
}

/** Everything that is written in the picture, in the reader's language. */
export interface DiagramWords {
  title: string
  /** Of a signal group. */
  group: (id: string) => string
  parts: Readonly<Record<Part, string>>
  states: Readonly<Record<Exclude<Span['state'], 'unknown'>, string>>
  seconds: string
  distance: string
  callOn: string
  callOff: string
}

type Part = 'call' | 'entry' | 'dwell' | 'exit' | 'recovery'

const width = 1200
/** Room for the names of the groups: about so many pixels a letter, within bounds. */
const letter = 7.2
const leastLeft = 190
const mostLeft = 340
const right = 24
const rowPitch = 26
const top = 96
const timeSpaceHeight = 260

/** Words over lines stay legible. */
const halo = { stroke: '#ffffff', strokeWidth: 3, paintOrder: 'stroke' }

/** Colour never stands alone: each state has a height of its own too. */
const looks: Readonly<Record<Span['state'], { fill: string; height: number; pattern?: string }>> = {
  green: { fill: '#00a58a', height: 18 },
  'green-flash': { fill: 'url(#flash)', height: 18 },
  yellow: { fill: '#ffc20a', height: 12 },
  red: { fill: '#d62f4b', height: 4 },
  walk: { fill: '#2f7bff', height: 18 },
  clearance: { fill: 'url(#clearance)', height: 12 },
  unknown: { fill: 'url(#unknown)', height: 12 },
}

const bands: Readonly<Record<Part, string>> = {
  call: '#e9e2f7',
  entry: '#fff1c9',
  dwell: '#d3f2ea',
  exit: '#e3e9f1',
  recovery: '#eef2f7',
}

/**
 * Ring diagram of a recorded run, with the parts of one pre-emption, and below it the time–space diagram of the vehicle
 * where its way is known. An SVG element without hooks: pages mount it, the documentation renders it to a file.
 */
export function Diagram({ table, run, preemption, route, words }: DiagramProps): ReactElement {
  const zeroMs = preemption?.callOnMs ?? run.fromMs
  const axis = axisOf(run, words)
  const { left } = axis
  const rows = arranged(table, run.rows)
  const rowsEnd = top + rows.length * rowPitch
  const spaceTop = rowsEnd + 56
  const height = route ? spaceTop + timeSpaceHeight + 74 : rowsEnd + 84
  const end = route ? spaceTop + timeSpaceHeight : rowsEnd
  return h(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': words.title,
      fontFamily: 'system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif',
      fontSize: 13,
      fill: '#142033',
    },
    h(Patterns),
    h('rect', { width, height, fill: '#ffffff' }),
    text(left, 30, words.title, { fontSize: 18, fontWeight: 600 }),
    preemption && partsOf(preemption, run).map((part) => drawnPart(part, axis, words, end)),
    rows.map((row, index) => drawnRow(row, top + index * rowPitch, axis, words)),
    drawnAxis(run, zeroMs, axis, route ? spaceTop + timeSpaceHeight : rowsEnd, words),
    route && drawnTimeSpace(route, spaceTop, axis, words),
    preemption && moments(preemption, run, axis, words, end),
    legend(height - 14, axis, words),
  )
}

/** From time to the place across the picture. */
interface Axis {
  /** Where the time begins, right of the names. */
  left: number
  x(atMs: number): number
}

function axisOf({ fromMs, toMs, rows }: RecordedRun, words: DiagramWords): Axis {
  const longest = Math.max(...rows.map(({ group }) => words.group(group).length))
  const left = Math.min(mostLeft, Math.max(leastLeft, longest * letter + 24))
  return { left, x: (atMs) => left + ((atMs - fromMs) / (toMs - fromMs)) * (width - left - right) }
}

/** By ring and phase where there are rings; otherwise vehicles in the order of the stages, then pedestrians. */
function arranged(table: JunctionTable, rows: readonly GroupRow[]): GroupRow[] {
  const place = new Map<string, number>()
  const inOrder = (ids: readonly string[]) => {
    for (const id of ids) if (!place.has(id)) place.set(id, place.size)
  }
  const phases = table.rings?.phases ?? []
  for (const ring of table.rings?.rings ?? []) {
    for (const number of ring.flat()) inOrder(phases.find((phase) => phase.number === number)?.groups ?? [])
  }
  const kinds = new Map(table.groups.map(({ id, kind }) => [id, kind]))
  const staged = table.stages.flatMap(({ groups }) => groups)
  inOrder(staged.filter((id) => kinds.get(id) === 'vehicle'))
  inOrder(staged)
  inOrder(table.groups.map(({ id }) => id))
  return [...rows].sort((a, b) => (place.get(a.group) ?? 0) - (place.get(b.group) ?? 0))
}

const text = (x: number, y: number, words: string, attributes: Record<string, unknown> = {}): ReactElement =>
  h('text', { key: `${x},${y},${words}`, x, y, ...attributes }, words)

function drawnRow({ group, spans }: GroupRow, y: number, axis: Axis, words: DiagramWords): ReactNode {
  const middle = y + rowPitch / 2
  return h(
    'g',
    { key: group },
    text(axis.left - 12, middle + 4, words.group(group), { textAnchor: 'end' }),
    spans.map(({ state, fromMs, toMs }) => {
      const { fill, height } = looks[state]
      const from = axis.x(fromMs)
      return h('rect', {
        ...{ key: fromMs, x: round(from), y: middle - height / 2, width: round(axis.x(toMs) - from), height, fill },
      })
    }),
  )
}

interface DrawnPart {
  part: Part
  fromMs: number
  toMs: number
}

/** The parts of a pre-emption within the picture, each until the next begins. */
function partsOf({ callOnMs, entryMs, dwellMs, exitMs, recoveredMs }: Preemption, run: RecordedRun): DrawnPart[] {
  const starts: [Part, number | undefined][] = [
    ['call', callOnMs],
    ['entry', entryMs],
    ['dwell', dwellMs],
    ['exit', exitMs],
  ]
  const known = starts.filter((start): start is [Part, number] => start[1] !== undefined)
  const endMs = Math.min(recoveredMs ?? run.toMs, run.toMs)
  return known
    .flatMap(([part, atMs], index): DrawnPart[] => {
      const untilMs = known[index + 1]?.[1] ?? endMs
      if (part !== 'exit') return [{ part, fromMs: atMs, toMs: untilMs }]
      const greenMs = firstGreenAfter(run.rows, atMs) ?? endMs
      return [
        { part, fromMs: atMs, toMs: greenMs },
        { part: 'recovery' as const, fromMs: greenMs, toMs: untilMs },
      ]
    })
    .filter(({ fromMs, toMs }) => toMs > fromMs && toMs > run.fromMs)
}

/** The exit is over when the first of the greens after it begins. */
function firstGreenAfter(rows: readonly GroupRow[], atMs: number): number | undefined {
  const begins = rows.flatMap(({ spans }) =>
    spans
      .filter(({ state, fromMs }) => (state === 'green' || state === 'walk') && fromMs >= atMs)
      .map(({ fromMs }) => fromMs),
  )
  return begins.length > 0 ? Math.min(...begins) : undefined
}

function drawnPart({ part, fromMs, toMs }: DrawnPart, axis: Axis, words: DiagramWords, end: number) {
  const from = Math.max(axis.left, axis.x(fromMs))
  const until = Math.max(from, axis.x(toMs))
  const seconds = Math.round((toMs - fromMs) / 100) / 10
  const wide = until - from > 36
  return h(
    'g',
    { key: part, 'data-part': part },
    // A short part has no room for its name.
    h('title', null, `${words.parts[part]}: ${seconds} s`),
    h('rect', { x: round(from), y: 52, width: round(until - from), height: end - 52, fill: bands[part] }),
    h('rect', { x: round(from), y: 52, width: 1.5, height: end - 52, fill: '#8796aa' }),
    wide && text(round(from) + 6, 68, words.parts[part], { fontWeight: 600 }),
    wide && text(round(from) + 6, 85, `${seconds} s`, { fill: '#4a5a70' }),
  )
}

/** Below the rows: seconds since the call, or since the left edge. */
function drawnAxis(
  { fromMs, toMs }: RecordedRun,
  zeroMs: number,
  axis: Axis,
  y: number,
  words: DiagramWords,
): ReactNode {
  const spanS = (toMs - fromMs) / 1000
  const stepS = [5, 10, 20, 30, 60, 120, 300].find((step) => spanS / step <= 24) ?? 600
  const marks: ReactNode[] = []
  for (let s = Math.ceil((fromMs - zeroMs) / 1000 / stepS) * stepS; zeroMs + s * 1000 <= toMs; s += stepS) {
    const at = round(axis.x(zeroMs + s * 1000))
    marks.push(h('line', { key: s, x1: at, x2: at, y1: y, y2: y + 6, stroke: '#4a5a70' }))
    marks.push(text(at, y + 20, `${s}`, { textAnchor: 'middle', fill: '#4a5a70' }))
  }
  return h(
    'g',
    {},
    h('line', { x1: axis.left, x2: width - right, y1: y, y2: y, stroke: '#4a5a70' }),
    marks,
    text(width - right, y + 38, words.seconds, { textAnchor: 'end', fill: '#4a5a70' }),
  )
}

/** Distance upwards, time to the right; each stop line in the colour that the vehicle saw, its way across them. */
function drawnTimeSpace(
  { trajectory, stopLines }: NonNullable<DiagramProps['route']>,
  y: number,
  axis: Axis,
  words: DiagramWords,
): ReactNode {
  const offsets = [...trajectory.map(({ offsetM }) => offsetM), ...stopLines.map(({ offsetM }) => offsetM)]
  const [low, high] = [Math.min(...offsets), Math.max(...offsets)]
  const at = (offsetM: number) =>
    y + timeSpaceHeight - 8 - ((offsetM - low) / Math.max(1, high - low)) * (timeSpaceHeight - 24)
  const visible = trajectory.filter(({ atMs }) => axis.x(atMs) >= axis.left && axis.x(atMs) <= width - right)
  const way = visible.map(({ atMs, offsetM }) => `${round(axis.x(atMs))},${round(at(offsetM))}`).join(' ')
  const stepM = [50, 100, 200, 500, 1000, 2000].find((step) => (high - low) / step <= 6) ?? 5000
  const marks: ReactNode[] = []
  for (let m = Math.ceil(low / stepM) * stepM; m <= high; m += stepM) {
    marks.push(text(axis.left - 12, at(m) + 4, `${m} m`, { textAnchor: 'end', fill: '#4a5a70' }))
    marks.push(h('line', { key: m, x1: axis.left, x2: width - right, y1: at(m), y2: at(m), stroke: '#d5dce6' }))
  }
  return h(
    'g',
    {},
    text(axis.left, y - 8, words.distance, { fontWeight: 600, ...halo }),
    marks,
    stopLines.map(({ name, offsetM, spans }) =>
      h(
        'g',
        { key: `${name},${offsetM}` },
        spans.map(({ state, fromMs, toMs }) =>
          h('rect', {
            ...{
              key: fromMs,
              x: round(axis.x(fromMs)),
              width: round(axis.x(toMs) - axis.x(fromMs)),
              y: round(at(offsetM)) - 4,
            },
            ...{ height: state === 'red' ? 5 : 9, fill: looks[state].fill },
          }),
        ),
        text(axis.left + 6, round(at(offsetM)) - 9, name, halo),
      ),
    ),
    h('polyline', { points: way, fill: 'none', stroke: '#142033', strokeWidth: 2.5 }),
  )
}

function moments(
  { callOnMs, callOffMs }: Preemption,
  { fromMs, toMs }: RecordedRun,
  axis: Axis,
  words: DiagramWords,
  end: number,
): ReactNode {
  const all: [string, number | undefined][] = [
    [words.callOn, callOnMs],
    [words.callOff, callOffMs],
  ]
  return all.map(([name, atMs]) => {
    if (atMs === undefined || atMs < fromMs || atMs > toMs) return null
    const at = round(axis.x(atMs))
    return h(
      'g',
      { key: name },
      h('line', { x1: at, x2: at, y1: 48, y2: end, stroke: '#5a2fb0', strokeWidth: 1.5, strokeDasharray: '5 3' }),
      text(at, 46, `▾ ${name}`, { textAnchor: 'middle', fill: '#5a2fb0' }),
    )
  })
}

function legend(y: number, axis: Axis, words: DiagramWords): ReactNode {
  const states = Object.entries(words.states) as [keyof DiagramWords['states'], string][]
  return h(
    'g',
    {},
    states.map(([state, name], index) => {
      const at = axis.left + index * 160
      const { fill, height } = looks[state]
      return h(
        'g',
        { key: state },
        h('rect', { x: at, y: y - 5 - height / 2, width: 34, height, fill }),
        text(at + 42, y, name),
      )
    }),
  )
}

/** Hatched where a colour alone would be mistaken for its neighbour. */
function Patterns(): ReactElement {
  const hatched = (id: string, light: string, dark: string) =>
    h(
      'pattern',
      { id, width: 8, height: 8, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      h('rect', { width: 8, height: 8, fill: light }),
      h('rect', { width: 4, height: 8, fill: dark }),
    )
  return h(
    'defs',
    {},
    hatched('flash', '#b9efe3', '#00a58a'),
    hatched('clearance', '#cfdcf7', '#2f7bff'),
    hatched('unknown', '#f1f3f6', '#c4ccd6'),
  )
}

const round = (pixels: number): number => Math.round(pixels * 10) / 10
