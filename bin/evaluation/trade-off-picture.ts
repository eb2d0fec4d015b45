import { colourOf, ink, label, line, markText, picture, type Scale, scaleOf, short } from './chart.ts'
import type { EvaluationResult } from './green-channel.ts'
import type { ControllerResult } from './results.ts'

const WIDTH = 900
const HEIGHT = 560
const LEFT = 84
const RIGHT = WIDTH - 130
const TOP = 62
const BOTTOM = HEIGHT - 78
/** A stress case so far beyond the others is told beside the plot. */
const FAR = 1.5
const LABEL_HEIGHT = 15

/** Trip time against what it costs the others: a point for each controller, a line through each family of them. */
export function drawTradeOff({ controllers }: EvaluationResult): string {
  const measured = controllers.filter(({ ratioMean }) => Number.isFinite(ratioMean))
  const far = measured.filter((one) => isFar(one, measured))
  const shown = measured.filter((one) => !far.includes(one))
  const x = scaleOf([0, ...shown.flatMap((one) => ends(one.othersCostVehS, one.othersCostVehS95))], LEFT, RIGHT, 7)
  const y = scaleOf([1, ...shown.flatMap((one) => ends(one.ratioMean, one.ratioMean95))], BOTTOM, TOP, 7)
  const families = ['lead', 'clearway'].map((family) => shown.filter(({ name }) => name.startsWith(family)))
  const notes = far.map(
    (one) => `${one.name}: ${one.ratioMean.toFixed(2)} at ${markText(Math.round(one.othersCostVehS))} veh·s per trip`,
  )
  return picture(WIDTH, HEIGHT, 'What priority is worth and what it costs · 优先的收益与代价', [
    ...axes(x, y),
    ...families.map((family) => joined(family, x, y)),
    ...shown.map((one) => bars(one, x, y)),
    ...shown.map(
      (one) =>
        `<circle cx="${short(x(one.othersCostVehS))}" cy="${short(y(one.ratioMean))}" r="5" fill="${colourOf(one.name)}"/>`,
    ),
    ...labels(shown, x, y),
    ...(notes.length > 0
      ? [label(LEFT, HEIGHT - 12, `Outside · 图外 — ${notes.join('; ')}`, { fill: ink.quiet })]
      : []),
  ])
}

function isFar(one: ControllerResult, all: readonly ControllerResult[]): boolean {
  if (one.name !== 'bluelight') return false
  const others = all.filter(({ name }) => name !== 'bluelight')
  const most = (of: (other: ControllerResult) => number) => Math.max(...others.map((other) => Math.abs(of(other))))
  const costs = most(({ othersCostVehS }) => othersCostVehS)
  return Math.abs(one.othersCostVehS) > FAR * costs || one.ratioMean > FAR * most(({ ratioMean }) => ratioMean)
}

const ends = (value: number, half: number | null): number[] => [value - (half ?? 0), value + (half ?? 0)]

function axes(x: Scale, y: Scale): string[] {
  return [
    ...x.marks.flatMap((mark) => [
      line(x(mark), TOP, x(mark), BOTTOM, ink.rule),
      label(x(mark), BOTTOM + 20, markText(mark), { anchor: 'middle', fill: ink.quiet }),
    ]),
    ...y.marks.flatMap((mark) => [
      line(LEFT, y(mark), RIGHT, y(mark), ink.rule),
      label(LEFT - 10, y(mark) + 5, markText(mark), { anchor: 'end', fill: ink.quiet }),
    ]),
    label((LEFT + RIGHT) / 2, BOTTOM + 44, 'cost to all others, vehicle seconds per trip · 其他车辆代价（车·秒/次）', {
      anchor: 'middle',
    }),
    `<g transform="rotate(-90 24 ${(TOP + BOTTOM) / 2})">${label(24, (TOP + BOTTOM) / 2, 'trip time / free flow · 行程时间比', { anchor: 'middle' })}</g>`,
  ]
}

function joined(family: readonly ControllerResult[], x: Scale, y: Scale): string {
  if (family.length < 2) return ''
  const points = family
    .toSorted((a, b) => a.othersCostVehS - b.othersCostVehS)
    .map((one) => `${short(x(one.othersCostVehS))} ${short(y(one.ratioMean))}`)
  return `<path d="M${points.join('L')}" fill="none" stroke="${colourOf(family[0]!.name)}" stroke-width="2" stroke-opacity="0.55"/>`
}

/** Intervals of both, where they are known. */
function bars(
  { name, othersCostVehS, othersCostVehS95, ratioMean, ratioMean95 }: ControllerResult,
  x: Scale,
  y: Scale,
): string {
  const [left, right] = ends(othersCostVehS, othersCostVehS95).map(x) as [number, number]
  const [low, high] = ends(ratioMean, ratioMean95).map(y) as [number, number]
  const [across, up, colour] = [x(othersCostVehS), y(ratioMean), colourOf(name)]
  return [
    ...(othersCostVehS95 === null ? [] : [line(left, up, right, up, colour)]),
    ...(ratioMean95 === null ? [] : [line(across, low, across, high, colour)]),
  ].join('')
}

/** Beside their points, moved down where another stands already. */
function labels(shown: readonly ControllerResult[], x: Scale, y: Scale): string[] {
  const taken: { x: number; y: number; width: number }[] = []
  return shown
    .toSorted((a, b) => b.ratioMean - a.ratioMean)
    .map((one) => {
      const at = { x: x(one.othersCostVehS) + 9, y: y(one.ratioMean) - 7, width: one.name.length * 7.6 }
      const meets = (other: typeof at) =>
        Math.abs(other.y - at.y) < LABEL_HEIGHT && at.x < other.x + other.width && other.x < at.x + at.width
      while (taken.some(meets)) at.y += LABEL_HEIGHT
      taken.push(at)
      return label(at.x, at.y, one.name, { fill: colourOf(one.name), size: 13 })
    })
}
