/** What the plots of an evaluation have in common: scales with round marks, and a frame of SVG. */

export const ink = { text: '#142033', quiet: '#4a5a70', rule: '#dfe4ea' } as const

/** From values to places on the picture. */
export interface Scale {
  (value: number): number
  marks: readonly number[]
}

const ROUND = [1, 2, 2.5, 5, 10]

/** @param count of marks that fit, about */
export function scaleOf(values: readonly number[], from: number, to: number, count: number): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const roughly = Math.max(high - low, 1e-6) / count
  const magnitude = 10 ** Math.floor(Math.log10(roughly))
  const step = ROUND.map((round) => round * magnitude).find((size) => size >= roughly)!
  const [first, last] = [Math.floor(low / step) * step, Math.ceil(high / step) * step]
  const place = (value: number) => from + ((value - first) / (last - first || 1)) * (to - from)
  const marks = Array.from({ length: Math.round((last - first) / step) + 1 }, (_, i) => first + i * step)
  return Object.assign(place, { marks })
}

/** As short as the marks allow. */
export const markText = (value: number): string => Number(value.toPrecision(6)).toLocaleString('en')

/** What is said of a controller is of one colour in all plots. */
export const colourOf = (name: string): string => {
  if (name.startsWith('clearway')) return '#0a4fb0'
  if (name.startsWith('lead')) return '#d9711c'
  return name === 'none' ? '#4a5a70' : '#a3213f'
}

export interface Label {
  anchor?: 'start' | 'middle' | 'end'
  fill?: string
  size?: number
  weight?: number
}

export function label(
  x: number,
  y: number,
  text: string,
  { anchor = 'start', fill, size, weight }: Label = {},
): string {
  const more = [
    fill === undefined ? '' : ` fill="${fill}"`,
    size === undefined ? '' : ` font-size="${size}"`,
    weight === undefined ? '' : ` font-weight="${weight}"`,
  ]
  return `<text x="${short(x)}" y="${short(y)}" text-anchor="${anchor}"${more.join('')}>${escaped(text)}</text>`
}

export const line = (x1: number, y1: number, x2: number, y2: number, colour: string, width = 1): string =>
  `<path d="M${short(x1)} ${short(y1)}L${short(x2)} ${short(y2)}" stroke="${colour}" stroke-width="${width}" fill="none"/>`

/** Tenths of a unit are finer than anybody sees. */
export const short = (value: number): string => String(Math.round(value * 10) / 10)

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

export function picture(width: number, height: number, title: string, drawn: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, &quot;Noto Sans&quot;, &quot;Noto Sans CJK SC&quot;, sans-serif" font-size="14" fill="${ink.text}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    label(24, 30, title, { size: 18, weight: 600 }),
    ...drawn,
    '</svg>',
    '',
  ].join('\n')
}
