import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import type { Appearance } from '../look/palette.ts'

/** OSM's highway classes from small to large; a class not named is drawn like the smallest. */
const tiers = [
  { id: 'path', classes: ['footway', 'path', 'cycleway', 'steps', 'pedestrian', 'track'], minzoom: 14.5, width: 0.8 },
  { id: 'service', classes: ['service', 'living_street'], minzoom: 13.5, width: 1.2 },
  { id: 'local', classes: ['residential', 'unclassified', 'road'], minzoom: 11, width: 2.4 },
  { id: 'tertiary', classes: ['tertiary'], minzoom: 0, width: 3.4 },
  { id: 'secondary', classes: ['secondary'], minzoom: 0, width: 4.2 },
  { id: 'primary', classes: ['primary'], minzoom: 0, width: 5 },
  { id: 'fast', classes: ['trunk', 'motorway'], minzoom: 0, width: 5.6 },
] as const

type Tier = (typeof tiers)[number]['id']

interface Paint {
  land: string
  water: string
  green: string
  case: string
  /** Colour of each tier when the whole city is in view, and among the houses. */
  roads: Record<Tier, readonly [far: string, near: string]>
}

const paint: Record<Appearance, Paint> = {
  dark: {
    land: '#0b1420',
    water: '#0d2238',
    green: '#0e1d22',
    case: '#070d16',
    roads: {
      path: ['#16222f', '#16222f'],
      service: ['#1a2838', '#1a2838'],
      local: ['#23354a', '#223347'],
      tertiary: ['#30455f', '#2b3f57'],
      secondary: ['#3a506a', '#34495f'],
      primary: ['#48607b', '#40566e'],
      fast: ['#586f8b', '#4c6179'],
    },
  },
  light: {
    land: '#e9edf2',
    water: '#c9dcec',
    green: '#dde8dd',
    case: '#c0cad6',
    roads: {
      path: ['#dfe4ea', '#dfe4ea'],
      service: ['#f3f5f8', '#f3f5f8'],
      local: ['#d2d9e2', '#ffffff'],
      tertiary: ['#bfc9d5', '#ffffff'],
      secondary: ['#b1bdcb', '#fffaf0'],
      primary: ['#a5b3c3', '#ffecc0'],
      fast: ['#e0b25c', '#ffd999'],
    },
  },
}

/** Line width grows with the zoom: `width` pixels at zoom 15. */
const widthAt = (width: number, extra = 0): ExpressionSpecification => [
  'interpolate',
  ['exponential', 1.6],
  ['zoom'],
  10,
  width * 0.22 + extra * 0.3,
  13,
  width * 0.5 + extra * 0.6,
  15,
  width + extra,
  18,
  width * 3.6 + extra,
]

const colourAt = ([far, near]: readonly [string, string]): ExpressionSpecification => [
  'interpolate',
  ['linear'],
  ['zoom'],
  12.2,
  far,
  13.2,
  near,
]

/** `primary_link` is drawn like `primary`. */
const ofTier = (classes: readonly string[]): ExpressionSpecification => [
  'in',
  ['get', 'class'],
  ['literal', classes.flatMap((name) => [name, `${name}_link`])],
]

export const roadLayers: string[] = tiers.map(({ id }) => `road-${id}`)

/**
 * A base map from our own streets (`properties.class`, `.name`), so it needs no tiles, sprites or glyphs from anywhere.
 * Areas of class `water`, `park` and `building` are drawn where the import has them.
 */
export function baseMap(streets: string, appearance: Appearance): StyleSpecification {
  const colours = paint[appearance]
  const roads = tiers.flatMap(({ id, classes, minzoom, width }): LayerSpecification[] => {
    const shared = {
      type: 'line' as const,
      source: 'streets',
      minzoom,
      filter: ofTier(classes),
      layout: { 'line-cap': 'round' as const, 'line-join': 'round' as const },
    }
    return [
      {
        ...shared,
        id: `case-${id}`,
        minzoom: Math.max(minzoom, 13),
        paint: { 'line-color': colours.case, 'line-width': widthAt(width, 1.6) },
      },
      {
        ...shared,
        id: `road-${id}`,
        paint: { 'line-color': colourAt(colours.roads[id]), 'line-width': widthAt(width) },
      },
    ]
  })
  return {
    version: 8,
    sources: { streets: { type: 'geojson', data: streets, tolerance: 0.3 } },
    layers: [
      { id: 'land', type: 'background', paint: { 'background-color': colours.land } },
      {
        id: 'green',
        type: 'fill',
        source: 'streets',
        filter: ['in', ['get', 'class'], ['literal', ['park', 'forest', 'green']]],
        paint: { 'fill-color': colours.green },
      },
      {
        id: 'water',
        type: 'fill',
        source: 'streets',
        filter: ['all', ['==', ['get', 'class'], 'water'], ['==', ['geometry-type'], 'Polygon']],
        paint: { 'fill-color': colours.water },
      },
      {
        id: 'river',
        type: 'line',
        source: 'streets',
        filter: [
          'all',
          ['in', ['get', 'class'], ['literal', ['water', 'river', 'canal', 'stream']]],
          ['==', ['geometry-type'], 'LineString'],
        ],
        paint: { 'line-color': colours.water, 'line-width': widthAt(6) },
      },
      ...roads.filter(({ id }) => id.startsWith('case-')),
      ...roads.filter(({ id }) => id.startsWith('road-')),
    ],
  }
}
