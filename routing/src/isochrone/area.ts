import { contours } from 'd3-contour'
import type { Coordinate } from '../network/arc-shape.ts'
import { type Plane, planeAround } from '../network/geodesy.ts'

/** Width of a cell of the raster; wider where the area would take more cells than this in one direction. */
const CELL_M = 40
const MOST_CELLS = 600
/** Cells so many widths around a line belong to its area: enough for every point of the line to lie inside. */
const REACH_CELLS = 1.5
/** Empty cells around all. */
const MARGIN_CELLS = 3

interface Raster {
  plane: Plane
  west: number
  south: number
  cellM: number
  width: number
  height: number
}

/** The area within some ten metres of the lines, as polygons with holes, outer rings anticlockwise. */
export function areaAround(lines: readonly Coordinate[][]): Coordinate[][][] {
  if (lines.length === 0) return []
  const raster = rasterOver(lines)
  const { plane, west, south, cellM, width, height } = raster
  const [area] = contours().size([width, height]).thresholds([0.5])(marked(raster, lines))
  const place = ([x, y]: number[]): Coordinate => [
    rounded(plane.lon(west + x! * cellM)),
    rounded(plane.lat(south + y! * cellM)),
  ]
  return area!.coordinates.map((rings) => rings.map((ring, i) => turned(ring.map(place), i === 0)))
}

/** Six decimals of a degree are about a decimetre. */
const rounded = (degrees: number): number => Math.round(degrees * 1e6) / 1e6

function rasterOver(lines: readonly Coordinate[][]): Raster {
  const [lon, lat] = lines[0]![0]!
  const plane = planeAround({ lon, lat })
  let [west, east, south, north] = [0, 0, 0, 0]
  for (const line of lines) {
    for (const point of line) {
      const [x, y] = [plane.x(point[0]), plane.y(point[1])]
      west = Math.min(west, x)
      east = Math.max(east, x)
      south = Math.min(south, y)
      north = Math.max(north, y)
    }
  }
  const cellM = Math.max(CELL_M, Math.max(east - west, north - south) / MOST_CELLS)
  const cells = (metres: number) => Math.ceil(metres / cellM) + 2 * MARGIN_CELLS
  return {
    ...{ plane, cellM, width: cells(east - west), height: cells(north - south) },
    ...{ west: west - MARGIN_CELLS * cellM, south: south - MARGIN_CELLS * cellM },
  }
}

/** One for each cell whose middle is near a line. */
function marked({ plane, west, south, cellM, width, height }: Raster, lines: readonly Coordinate[][]): number[] {
  const near = new Array<number>(width * height).fill(0)
  const mark = (x: number, y: number) => {
    for (let row = Math.floor(y - REACH_CELLS); row <= y + REACH_CELLS; row++) {
      for (let column = Math.floor(x - REACH_CELLS); column <= x + REACH_CELLS; column++) {
        if (Math.hypot(column + 0.5 - x, row + 0.5 - y) <= REACH_CELLS) near[row * width + column] = 1
      }
    }
  }
  for (const line of lines) {
    for (let i = 1; i < line.length; i++) {
      const [a, b] = [line[i - 1]!, line[i]!].map(([lon, lat]) => [
        (plane.x(lon) - west) / cellM,
        (plane.y(lat) - south) / cellM,
      ]) as [[number, number], [number, number]]
      const steps = Math.max(1, Math.ceil(2 * Math.hypot(b[0] - a[0], b[1] - a[1])))
      for (let s = 0; s <= steps; s++) mark(a[0] + ((b[0] - a[0]) * s) / steps, a[1] + ((b[1] - a[1]) * s) / steps)
    }
  }
  return near
}

/** The ring in the direction that GeoJSON asks for. */
function turned(ring: Coordinate[], anticlockwise: boolean): Coordinate[] {
  let area = 0
  for (let i = 1; i < ring.length; i++) area += ring[i - 1]![0] * ring[i]![1] - ring[i]![0] * ring[i - 1]![1]
  return area > 0 === anticlockwise ? ring : ring.reverse()
}
