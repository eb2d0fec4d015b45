import type { Tags } from '../network/osm/extract.ts'

/** Open to people on foot unless a sign says otherwise. */
const open = new Set([
  ...['footway', 'path', 'pedestrian', 'steps', 'corridor', 'platform', 'elevator', 'track', 'living_street'],
  ...['residential', 'service', 'unclassified', 'road', 'tertiary', 'tertiary_link', 'secondary', 'secondary_link'],
  ...['primary', 'primary_link'],
])
/** Open only where a sign or a pavement says so. */
const onRequest = new Set(['cycleway', 'bridleway', 'busway', 'trunk', 'trunk_link'])

const allowed = new Set(['yes', 'designated', 'permissive', 'official', 'destination', 'customers'])
const forbidden = new Set([
  ...[
    'no',
    'private',
    'use_sidepath',
    'restricted',
    'military',
    'agricultural',
    'forestry',
    'emergency',
    'discouraged',
  ],
])
const pavements = new Set(['both', 'left', 'right', 'yes'])

/** Whether the public may walk along a way. Never on motorways, whatever is tagged. */
export function walkable(tags: Tags): boolean {
  const kind = tags.highway ?? (tags.railway === 'platform' ? 'platform' : '')
  if (!open.has(kind) && !onRequest.has(kind)) return false
  if (allowed.has(tags.foot ?? '')) return true
  if (forbidden.has(tags.foot ?? tags.access ?? '') || tags.motorroad === 'yes') return false
  return open.has(kind) || pavements.has(tags.sidewalk ?? '') || pavements.has(tags['sidewalk:both'] ?? '')
}

/** Whether a node of a way stops people on foot: a locked gate, a barrier that they may not pass. */
export function blocksWalkers(tags: Tags): boolean {
  if (tags.barrier === undefined || allowed.has(tags.foot ?? '')) return false
  return tags.locked === 'yes' || forbidden.has(tags.foot ?? tags.access ?? '')
}
