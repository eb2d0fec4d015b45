import type { LocalText } from '@clearway/contracts'

const chinese = /\p{Script=Han}/u

/** A name found on a map, under the language whose script it is written in. */
export const localName = (name: string): LocalText => (chinese.test(name) ? { zh: name } : { en: name })

const compass = [
  ['the north', '北'],
  ['the north-east', '东北'],
  ['the east', '东'],
  ['the south-east', '东南'],
  ['the south', '南'],
  ['the south-west', '西南'],
  ['the west', '西'],
  ['the north-west', '西北'],
] as const

const side = (bearingDeg: number) => compass[Math.round(bearingDeg / 45) % 8]!

/** `Hauptstraße, from the west` for traffic that drives east. */
export function approachName(street: string, bearingDeg: number): LocalText {
  const [en, zh] = side((bearingDeg + 180) % 360)
  return street === ''
    ? { en: `from ${en}`, zh: `自${zh}` }
    : { en: `${street}, from ${en}`, zh: `${street}（自${zh}）` }
}

/** `Hauptstraße, to the east` for traffic that leaves eastwards. */
export function exitName(street: string, bearingDeg: number): LocalText {
  const [en, zh] = side(bearingDeg)
  return street === '' ? { en: `to ${en}`, zh: `往${zh}` } : { en: `${street}, to ${en}`, zh: `${street}（往${zh}）` }
}
