import { type LotKind, seededRandom } from '@clearway/contracts'

/** Central Jinan, and how far its lots lie around the middle, in degrees. */
const centre = { lon: 117.02, lat: 36.66 }
const spread = { lon: 0.18, lat: 0.09 }
const districts = [
  ['lixia', '历下', 0.35, 0.1],
  ['shizhong', '市中', -0.25, -0.45],
  ['huaiyin', '槐荫', -0.75, 0.05],
  ['tianqiao', '天桥', -0.2, 0.6],
  ['licheng', '历城', 0.75, 0.45],
  ['gaoxin', '高新', 0.8, -0.35],
] as const
const groups = ['city-parking', 'street-parking', 'station-parking', 'market-parking', 'hospital-parking'] as const
const kinds: readonly LotKind[] = ['barrier-less', 'street', 'gated', 'street', 'hospital']
/** Bays that the recorded lots declare: 9 to 46. */
const leastBays = 9
const mostBays = 46

/**
 * Recorded stays are laid onto so many of a lot's bays, the others stay empty: from nearly empty lots to some that fill
 * up. The least share, and that of a full lot is 1; most are near the least.
 */
const leastBusy = 0.15

export interface GeneratedLot {
  id: string
  name: { zh: string; en: string }
  position: { lon: number; lat: number }
  capacity: number
  /** Bays that are in use at all. */
  busy: number
  kind: LotKind
  district: string
  group: string
}

/** Lots of a made-up city: six districts, five operators, sizes as the recorded lots have them (small ones oftener). */
export function generateLots(count: number, seed: number): GeneratedLot[] {
  return Array.from({ length: count }, (_, i) => {
    const random = seededRandom(seed).fork(`lot ${i}`)
    const [district, zh, east, north] = districts[i % districts.length] as (typeof districts)[number]
    const operator = random.integer(groups.length)
    const around = (middle: number) => middle + (random.next() + random.next() - 1) * 0.35
    const capacity = Math.round(leastBays * (mostBays / leastBays) ** random.next())
    const number = String(i + 1).padStart(3, '0')
    return {
      id: `${district}-${number}`,
      name: { zh: `${zh}停车场 ${number}`, en: `${district} lot ${number}` },
      position: {
        lon: Number((centre.lon + spread.lon * around(east)).toFixed(5)),
        lat: Number((centre.lat + spread.lat * around(north)).toFixed(5)),
      },
      capacity,
      busy: Math.max(1, Math.round(capacity * (leastBusy + (1 - leastBusy) * random.next() ** 2))),
      kind: kinds[operator] as LotKind,
      district,
      group: groups[operator] as string,
    }
  })
}
