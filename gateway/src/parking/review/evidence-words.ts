import type { LocalText } from '@clearway/contracts'
import { align } from '../matching/align.ts'
import type { Candidate, Sight } from '../matching/match-exit.ts'

const minuteMs = 60_000
/** ln of how much likelier or less likely something has to be to be worth a word: a factor of three. */
const noticed = Math.log(3)

/** What speaks for a candidate and against it, for the person who decides. Names no more of a plate than its characters that differ. */
export function evidenceInWords({ kind, exact, evidence }: Candidate, entry: Sight, exit: Sight): LocalText[] {
  const words: LocalText[] = [exact ? equal : differing(entry.plate, exit.plate)]
  if (entry.colour === 'unknown' || exit.colour === 'unknown') {
    words.push({ zh: '号牌颜色未知', en: 'the colour of the plate is not known' })
  } else if (entry.colour !== exit.colour) {
    words.push({
      zh: `号牌颜色不同：${entry.colour} / ${exit.colour}`,
      en: `different colour: ${entry.colour}, then ${exit.colour}`,
    })
  } else words.push({ zh: '号牌颜色相同', en: 'the same colour' })
  if (entry.vehicleClass !== exit.vehicleClass) {
    words.push({
      zh: `车型不同：${entry.vehicleClass} / ${exit.vehicleClass}`,
      en: `different class: ${entry.vehicleClass}, then ${exit.vehicleClass}`,
    })
  }
  if (kind === 'again') {
    const s = Math.round((exit.atMs - entry.atMs) / 1000)
    words.push({ zh: `${s} 秒前刚驶出`, en: `left ${s} s before` })
  } else words.push(stood(exit.atMs - entry.atMs, evidence.dwell))
  return words
}

const equal: LocalText = { zh: '号牌相同', en: 'the same plate' }

function differing(entry: string, exit: string): LocalText {
  const { pairs, lost, added } = align(entry, exit)
  const swapped = pairs.filter(({ truth, read }) => truth !== read).map(({ truth, read }) => `${truth}→${read}`)
  const zh = [
    ...(swapped.length > 0 ? [swapped.join(' ')] : []),
    ...(lost ? [`少 ${lost} 位`] : []),
    ...(added ? [`多 ${added} 位`] : []),
  ]
  const en = [
    ...(swapped.length > 0 ? [swapped.join(' ')] : []),
    ...(lost ? [`${lost} lost`] : []),
    ...(added ? [`${added} added`] : []),
  ]
  return { zh: `号牌差异：${zh.join('，')}`, en: `characters: ${en.join(', ')}` }
}

function stood(ms: number, evidence: number): LocalText {
  const minutes = Math.round(ms / minuteMs)
  const [h, min] = [Math.floor(minutes / 60), minutes % 60]
  const usual =
    evidence > noticed
      ? { zh: '，正是此场常见的离场时间', en: ', when many leave here' }
      : evidence < -noticed
        ? { zh: '，此场少见', en: ', unusual here' }
        : { zh: '', en: '' }
  return { zh: `停放 ${h} 小时 ${min} 分${usual.zh}`, en: `stood ${h} h ${min} min${usual.en}` }
}
