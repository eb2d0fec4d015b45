import type { DispatchJunctionState, PriorityRole, SignalDelta } from '@clearway/contracts'

export type Appearance = 'dark' | 'light'
export type SignalColour = SignalDelta['approaches'][string]
export type Rgb = readonly [number, number, number]

/** `#rrggbb` as three bytes. */
export function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

/** Colour never stands alone: each has its shape, since red and green look alike to one man in twelve. */
export const signalColours: Record<SignalColour, { colour: string; shape: 'square' | 'triangle' | 'circle' | 'ring' }> =
  {
    red: { colour: '#d62f4b', shape: 'square' },
    amber: { colour: '#ffc20a', shape: 'triangle' },
    green: { colour: '#00c2a0', shape: 'circle' },
    dark: { colour: '#8a97a8', shape: 'ring' },
  }

/** Occupancy 0, ½ and 1, distinguishable without red and green. Checked against the map's ground, at least 6.5:1 on dark. */
export const occupancyRamp: Record<Appearance, readonly [string, string, string]> = {
  light: ['#0072b2', '#f0e442', '#d55e00'],
  dark: ['#3da5ff', '#ffe08a', '#ff6b1a'],
}

export const unknownColour: Record<Appearance, string> = { light: '#8b95a3', dark: '#6d7b8e' }

/** Colour of an occupancy 0…1, between the three colours of the ramp; values outside are clamped. */
export function occupancyColour(occupancy: number, appearance: Appearance): Rgb {
  const ramp = occupancyRamp[appearance]
  const share = Math.min(1, Math.max(0, occupancy))
  const [from, to, along] = share < 0.5 ? [ramp[0], ramp[1], share * 2] : [ramp[1], ramp[2], share * 2 - 1]
  const a = rgb(from)
  const b = rgb(to)
  const mix = (channel: 0 | 1 | 2) => Math.round(a[channel] + (b[channel] - a[channel]) * along)
  return [mix(0), mix(1), mix(2)]
}

/** Bands of occupancy for filters and words: below 60 %, below 90 %, and nearly full. */
export type OccupancyBand = 'low' | 'mid' | 'full'
export const occupancyBand = (occupancy: number): OccupancyBand =>
  occupancy < 0.6 ? 'low' : occupancy < 0.9 ? 'mid' : 'full'

/** How far a junction of a green channel has come. */
export const junctionStateColours: Record<DispatchJunctionState, string> = {
  planned: '#7f8fa6',
  requested: '#b58cff',
  accepted: '#3da5ff',
  entering: '#ffc20a',
  green: '#00c2a0',
  passed: '#2f8f83',
  released: '#5b6f86',
  recovered: '#5b6f86',
  rejected: '#d62f4b',
  overridden: '#d62f4b',
  expired: '#d62f4b',
  failed: '#d62f4b',
}

interface Ground {
  land: string
  outline: string
  text: string
  halo: string
  route: string
  /** Roads that others are asked to leave free. */
  advice: string
}

/** Ground of the map and of things drawn on it. */
export const ground: Record<Appearance, Ground> = {
  dark: {
    ...{ land: '#0b1420', outline: '#04080f', text: '#e6edf6', halo: '#0b1420', route: '#19c2ff' },
    advice: '#c08cff',
  },
  light: {
    ...{ land: '#eef1f5', outline: '#ffffff', text: '#142033', halo: '#ffffff', route: '#0b63ce' },
    advice: '#8a3ffc',
  },
}

export const roleColours: Record<PriorityRole, string> = {
  ambulance: '#2f7bff',
  fire: '#e8590c',
  police: '#6d5cff',
  bus: '#2f8f5e',
}
