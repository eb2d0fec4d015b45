/** Plates of GA 36-2018. */
const provinces = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼'
/** Letters without I and O. */
const letter = 'A-HJ-NP-Z'
const serial = `[${letter}0-9]`

const shapes: readonly RegExp[] = [
  new RegExp(`^[${provinces}][${letter}]${serial}{5}$`), // ordinary, blue or yellow
  new RegExp(`^[${provinces}][${letter}]${serial}{4}[挂学]$`), // trailer, driving school
  new RegExp(`^[${provinces}][${letter}O]${serial}{4}警$`), // police; older ones have O as the second character
  new RegExp(`^粤Z${serial}{4}[港澳]$`),
  new RegExp(`^(\\d{6}使|使\\d{6}|[${provinces}][${letter}]?\\d{4,5}领)$`), // embassy, consulate
  new RegExp(`^[${provinces}][${letter}][DABCEFGHJK]${serial}\\d{4}$`), // new energy, small
  new RegExp(`^[${provinces}][${letter}]\\d{5}[DABCEFGHJK]$`), // new energy, large
  new RegExp(`^WJ[${provinces}]?${serial}{5,6}$`), // armed police
  new RegExp(`^[${letter}]{2}${serial}{5}$`), // military
  new RegExp(`^民航${serial}{5}$`),
  /^NOPLATE[A-Z0-9]{3,9}$/, // none: the token of whoever scanned to enter
  new RegExp(`^[临试超][${letter}0-9${provinces}]{5,7}$`), // temporary, on paper
]

/** Most plates come in this form; a month of history is half a million of them. */
const normalised = new RegExp(`^[${provinces}][${letter}]${serial}{5,6}$`)

/**
 * The one spelling under which a plate is compared: no spaces, dots or hyphens, upper case, half width, and in the
 * serial (from the third character on) O read as 0 and I as 1, which plates do not use.
 *
 * @param raw what the camera sent
 */
export function normalisePlate(raw: string): string {
  if (normalised.test(raw)) return raw
  const text = raw
    .normalize('NFKC') // full width to half width
    .replaceAll(/[\s·•‧・.\-‐–—_]/g, '')
    .toUpperCase()
  if (text.startsWith('NOPLATE')) return text
  const head = [...text].slice(0, 2).join('')
  return head + text.slice(head.length).replaceAll('O', '0').replaceAll('I', '1')
}

/** @param plate normalised */
export const isPlate = (plate: string): boolean => shapes.some((shape) => shape.test(plate))

/** What those see who may not see plates: 鲁A1•••5. */
export const maskPlate = (plate: string): string => {
  const characters = [...plate]
  return `${characters.slice(0, 3).join('')}•••${characters.slice(-1).join('')}`
}
