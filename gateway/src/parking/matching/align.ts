/** How one plate became another: characters that stand for each other, were lost or were added. */
export interface Alignment {
  /** Pairs of true and read character, equal ones included, by place in the true plate. */
  pairs: { place: number; truth: string; read: string }[]
  lost: number
  added: number
}

/**
 * The cheapest alignment of two plates by plain edit distance; of equally cheap ones that with more pairs.
 *
 * @see Wagner and Fischer, The string-to-string correction problem, 1974
 */
export function align(truth: string, read: string): Alignment {
  const [a, b] = [[...truth], [...read]]
  const width = b.length + 1
  const cost = new Array<number>((a.length + 1) * width).fill(0)
  const at = (i: number, j: number) => cost[i * width + j] as number
  const differ = (i: number, j: number) => Number(a[i] !== b[j])
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) cost[i * width + j] = i + j
      else cost[i * width + j] = Math.min(at(i - 1, j - 1) + differ(i - 1, j - 1), at(i - 1, j) + 1, at(i, j - 1) + 1)
    }
  }
  const pairs: Alignment['pairs'] = []
  let lost = 0
  let added = 0
  for (let [i, j] = [a.length, b.length]; i > 0 || j > 0; ) {
    if (i > 0 && j > 0 && at(i, j) === at(i - 1, j - 1) + differ(i - 1, j - 1)) {
      pairs.push({ place: i - 1, truth: a[i - 1] as string, read: b[j - 1] as string })
      i--
      j--
    } else if (i > 0 && at(i, j) === at(i - 1, j) + 1) {
      lost++
      i--
    } else {
      added++
      j--
    }
  }
  return { pairs: pairs.reverse(), lost, added }
}
