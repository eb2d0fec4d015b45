import type { LocalText } from '@clearway/contracts'

const chinese = /\p{Script=Han}/u

/** A name found on a map, under the language whose script it is written in. */
export const localName = (name: string): LocalText => (chinese.test(name) ? { zh: name } : { en: name })

const compass = [
  ['north', '北'],
  ['north-east', '东北'],
  ['east', '东'],
  ['south-east', '东南'],
  ['south', '南'],
  ['south-west', '西南'],
  ['west', '西'],
  ['north-west', '西北'],
] as const

const side = (bearingDeg: number) => compass[Math.round(bearingDeg / 45) % 8]!

/** `north-east`, `东北`. @param bearingDeg clockwise from north, 0 ≤ bearing < 360 */
export function compassName(bearingDeg: number): Required<LocalText> {
  const [en, zh] = side(bearingDeg)
  return { en, zh }
}

/** `Hauptstraße, from the west` for traffic that drives east. */
export function approachName(street: string, bearingDeg: number): LocalText {
  const [en, zh] = side((bearingDeg + 180) % 360)
  return street === ''
    ? { en: `from the ${en}`, zh: `自${zh}` }
    : { en: `${street}, from the ${en}`, zh: `${street}（自${zh}）` }
}

/** `Hauptstraße, to the east` for traffic that leaves eastwards. */
export function exitName(street: string, bearingDeg: number): LocalText {
  const [en, zh] = side(bearingDeg)
  return street === ''
    ? { en: `to the ${en}`, zh: `往${zh}` }
    : { en: `${street}, to the ${en}`, zh: `${street}（往${zh}）` }
}
