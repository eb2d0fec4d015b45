import { colourOf, ink, label, line, markText, picture, scaleOf, short } from './chart.ts'
import type { EvaluationResult } from './green-channel.ts'
import { ratiosOf } from './results.ts'

const WIDTH = 900
const LEFT = 170
const RIGHT = WIDTH - 40
const TOP = 60
const ROW = 34
/** Points of a row lie beside its line by their mission, so that equal ones are told apart. */
const SPREAD = 18

/** Every trip of every seed by controller: the ratio of each, and their mean. */
export function drawTrips(result: EvaluationResult): string {
  const { controllers, runs, missions } = result
  const place = new Map(missions.map(({ id }, i) => [id, (i + 0.5) / missions.length - 0.5]))
  const rows = controllers.map(({ name, ratioMean }) => ({
    ...{ name, ratioMean },
    trips: runs.filter(({ controller }) => controller === name).flatMap((run) => [...ratiosOf(run, result)]),
  }))
  const x = scaleOf([1, ...rows.flatMap(({ trips }) => trips.map(([, ratio]) => ratio))], LEFT, RIGHT, 8)
  const bottom = TOP + rows.length * ROW
  return picture(WIDTH, bottom + 66, 'Every trip: its time over free flow · 每次出行的行程时间比', [
    ...x.marks.flatMap((mark) => [
      line(x(mark), TOP, x(mark), bottom, ink.rule),
      label(x(mark), bottom + 20, markText(mark), { anchor: 'middle', fill: ink.quiet }),
    ]),
    label((LEFT + RIGHT) / 2, bottom + 46, 'trip time / free flow; the bar is the mean · 竖线为均值', {
      anchor: 'middle',
    }),
    ...rows.flatMap(({ name, ratioMean, trips }, row) => {
      const [y, colour] = [TOP + (row + 0.5) * ROW, colourOf(name)]
      return [
        label(LEFT - 12, y + 5, name, { anchor: 'end', fill: colour }),
        ...trips.map(
          ([mission, ratio]) =>
            `<circle cx="${short(x(ratio))}" cy="${short(y + place.get(mission)! * SPREAD)}" r="3" fill="${colour}" fill-opacity="0.45"/>`,
        ),
        ...(Number.isFinite(ratioMean) ? [line(x(ratioMean), y - 13, x(ratioMean), y + 13, colour, 3)] : []),
      ]
    }),
  ])
}
