/** Characters that are often confused; one of them for another costs less than any other change. */
const alike = ['0DQ', '8B', '1T7', '2Z', '5S', '6G', 'MNH', 'VYU']
const alikeCost = 0.4

/** Weighted edit distance of two plates: look-alikes 0.4, the province 0.4 when the colours agree, all else 1. */
export function distance(a: string, b: string, sameColour: boolean): number {
  const [x, y] = [[...a], [...b]]
  let above = y.map((_, j) => j).concat(y.length)
  for (let i = 1; i <= x.length; i++) {
    const row = [i]
    for (let j = 1; j <= y.length; j++) {
      row[j] = Math.min(
        (above[j - 1] as number) + cost(x[i - 1] as string, y[j - 1] as string, i === 1 && j === 1 && sameColour),
        (above[j] as number) + 1,
        (row[j - 1] as number) + 1,
      )
    }
    above = row
  }
  return above[y.length] as number
}

function cost(a: string, b: string, province: boolean): number {
  if (a === b) return 0
  return province || alike.some((group) => group.includes(a) && group.includes(b)) ? alikeCost : 1
}
