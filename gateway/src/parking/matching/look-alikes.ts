/** What plates are made of, and what readers are known to confuse: the prior before anything has been learned. */
export const serialCharacters = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ'
export const provinceCharacters = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼'

/** Frequent confusions of plate readers; each group among itself. */
const groups = ['0DQ', '8B', '1T7', '2Z', '5S', '6G', 'MNH', 'VYU', '京琼', '鄂粤晋', '苏鄂甘', '浙渝']

/** Weights in pseudo-counts: any other character, and a known look-alike. */
const anyWeight = 0.25
const alikeWeight = 5

const alike = new Set(groups.flatMap((group) => [...group].flatMap((a) => [...group].map((b) => a + b))))

/** Pseudo-counts with which `a` is read as `b`, before any confirmed correction. Symmetric. */
export const priorWeight = (a: string, b: string): number => (alike.has(a + b) ? alikeWeight : anyWeight)

/** The characters that `a` may be taken for: a province for a province, else one of the serial. */
export const alphabetOf = (character: string): string =>
  provinceCharacters.includes(character) ? provinceCharacters : serialCharacters
