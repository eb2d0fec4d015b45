import type { PlateColour, Random } from '@clearway/contracts'

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const digits = '0123456789'
const elsewhere = [...'京津沪冀豫皖苏浙晋粤']
/** Second characters of the other cities of Shandong. */
const shandong = [...'BCDEFGHJKLMNPQRSUVY']
const electric = 'DABCE'
const hybrid = 'FGHJK'

/** Share of new-energy cars, about that of China's cities in 2026. */
const greenShare = 0.2

/** A plate of the shape of GA 36-2018: mostly of Jinan, one in five green. Generated: it belongs to nobody we know. */
export function generatePlate(random: Random): { plate: string; plateColour: PlateColour } {
  const from = random.next()
  const region =
    from < 0.75
      ? '鲁A'
      : from < 0.92
        ? `鲁${random.pick(shandong)}`
        : `${random.pick(elsewhere)}${letters[random.integer(letters.length)]}`
  const some = (alphabet: string, count: number) => {
    let text = ''
    for (let i = 0; i < count; i++) text += alphabet[random.integer(alphabet.length)]
    return text
  }
  if (random.next() < greenShare) {
    const kind = some(random.next() < 0.7 ? electric : hybrid, 1)
    return { plate: `${region}${kind}${some(letters + digits, 1)}${some(digits, 4)}`, plateColour: 'green' }
  }
  // One or two letters among digits, as the serials issued today.
  const serial = [...some(digits, 5)]
  for (let i = 1 + random.integer(2); i > 0; i--) serial[random.integer(5)] = some(letters, 1)
  return { plate: `${region}${serial.join('')}`, plateColour: 'blue' }
}
