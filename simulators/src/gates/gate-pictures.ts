import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type PlateColour, toTimestamp, type VehicleClass } from '@clearway/contracts'
import type { GateEvent } from '../parking/index.ts'

const dayMs = 86_400_000
const keptDays = 7

const faces: Readonly<Record<PlateColour, { ground: string; ink: string }>> = {
  blue: { ground: '#1d4f9e', ink: '#fff' },
  yellow: { ground: '#ffc93c', ink: '#111' },
  green: { ground: '#bfe8cc', ink: '#111' },
  'yellow-green': { ground: '#dbe89a', ink: '#111' },
  white: { ground: '#f4f4f0', ink: '#111' },
  black: { ground: '#181818', ink: '#fff' },
  unknown: { ground: '#f4f4f0', ink: '#111' },
}
const paints = ['#8a8f98', '#c9ccd1', '#2c3e50', '#7a2e2e', '#35524a', '#b8a98a']
/** Width of the body, drawn. */
const widths: Partial<Record<VehicleClass, number>> = { large: 430, motorcycle: 150 }

/**
 * What the cameras of simulated gates photograph: drawings of the vehicle with its true plate, whatever the camera read,
 * kept in a folder for a week as `{gate}/{day}/{id}.svg`.
 */
export class GatePictures {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @returns its reference */
  take(gate: string, event: GateEvent): string {
    const ref = `${gate}/${toTimestamp(event.atMs).slice(0, 10)}/${event.id}`
    const file = join(this.#folder, `${ref}.svg`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, drawn(gate, event))
    return ref
  }

  /** Removes what is older than a week. */
  tidy(nowMs: number): void {
    const oldest = toTimestamp(nowMs - keptDays * dayMs).slice(0, 10)
    for (const gate of foldersOf(this.#folder)) {
      for (const day of foldersOf(join(this.#folder, gate))) {
        if (day < oldest) rmSync(join(this.#folder, gate, day), { recursive: true })
      }
    }
  }
}

function foldersOf(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  } catch {
    return [] // No picture has been taken yet.
  }
}

function drawn(gate: string, { plate, plateColour, vehicleClass, direction, atMs }: GateEvent): string {
  const { ground, ink } = faces[plateColour]
  const width = widths[vehicleClass] ?? 330
  const left = 240 - width / 2
  // The same car has the same paint at the entry and at the exit.
  const paint = paints[[...plate].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % paints.length]
  const lamps = direction === 'in' ? '#ffe9a8' : '#d3382f'
  const text = (content: string) => content.replace(/[<&]/g, (sign) => (sign === '<' ? '&lt;' : '&amp;'))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 300">
<rect width="480" height="300" fill="#3a3f46"/><path d="M0 210h480v90H0z" fill="#4b5058"/>
<rect x="${left + 30}" y="50" width="${width - 60}" height="110" rx="26" fill="${paint}"/>
<rect x="${left + 52}" y="66" width="${width - 104}" height="62" rx="14" fill="#1b232c"/>
<rect x="${left}" y="128" width="${width}" height="104" rx="22" fill="${paint}"/>
<rect x="${left + 18}" y="150" width="46" height="22" rx="8" fill="${lamps}"/>
<rect x="${left + width - 64}" y="150" width="46" height="22" rx="8" fill="${lamps}"/>
<rect x="154" y="180" width="172" height="44" rx="5" fill="${ground}" stroke="${ink}" stroke-width="2"/>
<text x="240" y="212" font-family="sans-serif" font-size="28" font-weight="700" letter-spacing="2" text-anchor="middle" fill="${ink}">${text(plate)}</text>
<text x="10" y="290" font-family="monospace" font-size="14" fill="#d8dde3">${text(gate)} ${toTimestamp(atMs)} simulated</text>
</svg>
`
}
