import type { Position } from '@clearway/contracts'
import { arcShape, planeAround, type RoadNetwork } from '@clearway/routing'

export interface Stroke {
  colour: string
  width: number
  dash?: string
}

type Point = readonly [x: number, y: number]

const WIDTH = 1000
const MARGIN = 24
const TOP = 48
const LEGEND_LINE = 22
/** A point of a street nearer than this to the one before is left out. */
const LEAST_STEP = 3

/** An SVG of streets with lines over them, cut to the surroundings of some arcs. */
export class StreetMapPicture {
  readonly #title: string
  readonly #network: RoadNetwork
  readonly #drawn: string[] = []
  readonly #legend: { stroke: Stroke; text: string }[] = []
  readonly #place: (position: Position) => Point
  readonly #height: number

  /** @param around arcs that the picture shows whole */
  constructor(title: string, network: RoadNetwork, around: Int32Array) {
    this.#title = title
    this.#network = network
    const { head, nodeLon, nodeLat } = network
    const plane = planeAround({ lon: nodeLon[0]!, lat: nodeLat[0]! })
    const xs = Array.from(around, (arc) => plane.x(nodeLon[head[arc]!]!))
    const ys = Array.from(around, (arc) => plane.y(nodeLat[head[arc]!]!))
    const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
    const scale = (WIDTH - 2 * MARGIN) / (east - west)
    this.#height = Math.round((north - south) * scale) + TOP + MARGIN
    this.#place = ({ lon, lat }) => [
      Math.round(MARGIN + (plane.x(lon) - west) * scale),
      Math.round(TOP + (north - plane.y(lat)) * scale),
    ]
  }

  /** All streets but those of `except`, which are drawn over them. */
  streets(stroke: Stroke, except: Int32Array): void {
    const drawnLater = new Set(except)
    const isLater = (arc: number) => drawnLater.has(arc) || drawnLater.has(this.#network.reverse[arc]!)
    this.#draw(
      Int32Array.from(this.#network.tail.keys()).filter((arc) => !isLater(arc)),
      stroke,
    )
  }

  arcs(arcs: Int32Array, stroke: Stroke, text: string): void {
    this.#draw(arcs, stroke)
    this.#legend.push({ stroke, text })
  }

  line(geometry: readonly (readonly number[])[], stroke: Stroke, text: string): void {
    this.#drawn.push(path(pathOf(geometry.map(([lon, lat]) => this.#place({ lon: lon!, lat: lat! }))), stroke))
    this.#legend.push({ stroke, text })
  }

  place(position: Position, name: string): void {
    const [x, y] = this.#place(position)
    this.#drawn.push(
      `<circle cx="${x}" cy="${y}" r="11" fill="#142033" stroke="#fff" stroke-width="2"/>`,
      `<text x="${x}" y="${y + 5}" fill="#fff" text-anchor="middle" font-weight="700">${name}</text>`,
    )
  }

  file(): string {
    const height = this.#height + this.#legend.length * LEGEND_LINE + MARGIN
    const frame = `<clipPath id="map"><rect y="${TOP - MARGIN / 2}" width="${WIDTH}" height="${this.#height - TOP + MARGIN / 2}"/></clipPath>`
    const legend = this.#legend.map(({ stroke, text }, i) => {
      const y = this.#height + MARGIN / 2 + i * LEGEND_LINE
      return `${path(`M${MARGIN} ${y}h50`, stroke)}<text x="${MARGIN + 62}" y="${y + 5}">${text}</text>`
    })
    const source = `<text x="${WIDTH - MARGIN}" y="${height - 12}" text-anchor="end" fill="#4a5a70">© OpenStreetMap contributors, ODbL 1.0</text>`
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${this.#title}" font-family="system-ui, &quot;Noto Sans&quot;, &quot;Noto Sans CJK SC&quot;, sans-serif" font-size="14" fill="#142033">`,
      `<rect width="${WIDTH}" height="${height}" fill="#fff"/>${frame}`,
      `<text x="${MARGIN}" y="30" font-size="18" font-weight="600">${this.#title}</text>`,
      `<g clip-path="url(#map)" fill="none" stroke-linecap="round" stroke-linejoin="round">`,
      ...this.#drawn,
      '</g>',
      ...legend,
      source,
      '</svg>',
      '',
    ].join('\n')
  }

  /** Both directions of a road once; what lies outside the picture is left out. */
  #draw(arcs: Int32Array, stroke: Stroke): void {
    const chosen = new Set(arcs)
    const lines: string[] = []
    for (const arc of arcs) {
      const reverse = this.#network.reverse[arc]!
      if (reverse >= 0 && reverse < arc && chosen.has(reverse)) continue
      const points = arcShape(this.#network, arc).map(([lon, lat]) => this.#place({ lon, lat }))
      if (points.some((point) => this.#isInside(point))) lines.push(pathOf(points))
    }
    this.#drawn.push(path(lines.join(''), stroke))
  }

  #isInside([x, y]: Point): boolean {
    return x >= 0 && x <= WIDTH && y >= TOP - MARGIN && y <= this.#height
  }
}

const path = (d: string, { colour, width, dash }: Stroke): string =>
  `<path d="${d}" stroke="${colour}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`

/** In steps from point to point, which are short numbers; a minus sign needs no space before it. */
function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points
  let [x, y] = first!
  const steps: number[] = []
  rest.forEach((point, i) => {
    const [dx, dy] = [point[0] - x, point[1] - y]
    const isLast = i === rest.length - 1
    if ((!isLast && Math.hypot(dx, dy) < LEAST_STEP) || (dx === 0 && dy === 0)) return
    steps.push(dx, dy)
    x += dx
    y += dy
  })
  return steps.length === 0 ? '' : `M${first![0]} ${first![1]}l${steps.join(' ').replaceAll(' -', '-')}`
}
