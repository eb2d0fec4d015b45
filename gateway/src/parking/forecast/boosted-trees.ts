import type { Random } from '@clearway/contracts'

/** How a forest is grown. The shares are drawn anew for each tree. */
export interface GrowOptions {
  trees: number
  /** Share of each tree's step that is taken, (0, 1]. */
  rate: number
  /** At most, per tree. */
  leaves: number
  /** Rows in a leaf, at least. */
  leastRows: number
  rowShare: number
  columnShare: number
  /** Residuals count for splits up to here, so that a few wild days do not draw the tree; in units of the target. */
  clip: number
}

/** Nodes of a tree, the root first. A leaf has column −1 and a value; a branch goes left up to its bin. */
interface Tree {
  column: Int16Array
  bin: Uint8Array
  left: Int16Array
  right: Int16Array
  value: Float32Array
}

/** A grown forest. It holds plain data only, so that it travels between threads. */
export interface Forest {
  /** By column: upper edges of its bins, rising. */
  cuts: readonly Float32Array[]
  trees: readonly Tree[]
}

/** Columns of equal length; NaN is "not known" and goes left of every number. */
export type Columns = readonly Float32Array[]

const cutCount = 63
const binCount = cutCount + 2
/** Ridge on a split's gain, in rows: a leaf must earn its mean. */
const shrinkRows = 20

/**
 * Gradient-boosted regression trees for the absolute error (J. Friedman, "Greedy function approximation: a gradient
 * boosting machine", Annals of Statistics 29, 2001): each tree is split on clipped residuals by histograms, best leaf
 * first, and each leaf holds the median residual of its rows. The same seed grows the same forest.
 *
 * @param target one number per row, none of them NaN
 */
export function growForest(columns: Columns, target: Float32Array, options: GrowOptions, random: Random): Forest {
  const cuts = columns.map(cutsOf)
  const bins = columns.map((column, i) => {
    const binned = new Uint8Array(column.length)
    for (let row = 0; row < column.length; row++) binned[row] = binOf(cuts[i]!, column[row]!)
    return binned
  })
  const grower = new TreeGrower(bins, target, options, random)
  const trees: Tree[] = []
  while (trees.length < options.trees) trees.push(grower.next())
  return { cuts, trees }
}

/** What a forest says of one row; as many numbers as it was grown on. */
export function askForest({ cuts, trees }: Forest, row: ArrayLike<number>): number {
  const bins = cuts.map((edges, i) => binOf(edges, row[i]!))
  let sum = 0
  for (const tree of trees) sum += leafValue(tree, (column) => bins[column]!)
  return sum
}

function leafValue({ column, bin, left, right, value }: Tree, binAt: (column: number) => number): number {
  let node = 0
  for (let of = column[0]!; of >= 0; of = column[node]!) node = binAt(of) <= bin[node]! ? left[node]! : right[node]!
  return value[node]!
}

/** Quantiles of a column, without repeats. */
function cutsOf(column: Float32Array): Float32Array {
  // A sample is enough to place 63 edges.
  const step = Math.max(1, Math.floor(column.length / 20_000))
  const known = column.filter((value, i) => i % step === 0 && !Number.isNaN(value)).sort()
  const cuts: number[] = []
  for (let i = 1; i <= cutCount; i++) {
    const cut = known[Math.floor((known.length * i) / (cutCount + 1))]
    if (cut !== undefined && cut !== cuts.at(-1)) cuts.push(cut)
  }
  return Float32Array.from(cuts)
}

/** 0 for NaN, else 1 + the number of edges that are not above the value. */
function binOf(cuts: Float32Array, value: number): number {
  if (Number.isNaN(value)) return 0
  // Edges are of single precision: so must be what is held against them, or an edge's own value would fall beside it.
  const single = Math.fround(value)
  let low = 0
  let high = cuts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (cuts[middle]! <= single) low = middle + 1
    else high = middle
  }
  return low + 1
}

interface Split {
  gain: number
  /** Position in the columns drawn for this tree, −1 when nothing is gained. */
  drawn: number
  bin: number
}

/** A leaf that may still be split: its rows are `rows[from…to)` of the grower. */
interface Leaf {
  node: number
  from: number
  to: number
  histogram: Float64Array
  split: Split
}

/** Grows one tree after another on what the trees before have left. */
class TreeGrower {
  readonly #bins: readonly Uint8Array[]
  readonly #target: Float32Array
  readonly #options: GrowOptions
  readonly #random: Random
  readonly #fitted: Float32Array
  readonly #clipped: Float32Array
  readonly #rows: Int32Array
  readonly #aside: Int32Array

  constructor(bins: readonly Uint8Array[], target: Float32Array, options: GrowOptions, random: Random) {
    this.#bins = bins
    this.#target = target
    this.#options = options
    this.#random = random
    this.#fitted = new Float32Array(target.length)
    this.#clipped = new Float32Array(target.length)
    this.#rows = new Int32Array(target.length)
    this.#aside = new Int32Array(target.length)
  }

  next(): Tree {
    const { clip, rowShare, columnShare, leaves } = this.#options
    let count = 0
    for (let row = 0; row < this.#target.length; row++) {
      this.#clipped[row] = Math.min(clip, Math.max(-clip, this.#target[row]! - this.#fitted[row]!))
      if (this.#random.next() < rowShare) this.#rows[count++] = row
    }
    const columns = this.#bins
      .keys()
      .filter(() => this.#random.next() < columnShare)
      .toArray()
    if (columns.length === 0) columns.push(this.#random.integer(this.#bins.length))

    const tree = new TreeDraft()
    const root = this.#histogram(columns, 0, count)
    const open: Leaf[] = [{ node: 0, from: 0, to: count, histogram: root, split: this.#bestSplit(root, count) }]
    while (open.length < leaves) {
      const best = open.reduce((a, b) => (b.split.gain > a.split.gain ? b : a))
      if (best.split.drawn < 0) break
      open.splice(open.indexOf(best), 1, ...this.#divide(tree, best, columns))
    }
    for (const { node, from, to } of open) tree.settle(node, this.#options.rate * this.#medianResidual(from, to))
    const grown = tree.done()
    for (let row = 0; row < this.#fitted.length; row++) {
      this.#fitted[row]! += leafValue(grown, (column) => this.#bins[column]![row]!)
    }
    return grown
  }

  /** For each drawn column and bin: sum of the clipped residuals, number of rows. */
  #histogram(columns: readonly number[], from: number, to: number): Float64Array {
    const histogram = new Float64Array(columns.length * binCount * 2)
    for (let i = 0; i < columns.length; i++) {
      const bins = this.#bins[columns[i]!]!
      const offset = i * binCount * 2
      for (let j = from; j < to; j++) {
        const row = this.#rows[j]!
        const at = offset + bins[row]! * 2
        histogram[at]! += this.#clipped[row]!
        histogram[at + 1]!++
      }
    }
    return histogram
  }

  #bestSplit(histogram: Float64Array, count: number): Split {
    const best: Split = { gain: 0, drawn: -1, bin: 0 }
    const { leastRows } = this.#options
    let total = 0
    for (let bin = 0; bin < binCount; bin++) total += histogram[bin * 2]!
    const whole = total ** 2 / (count + shrinkRows)
    for (let offset = 0, drawn = 0; offset < histogram.length; offset += binCount * 2, drawn++) {
      let sum = 0
      let rows = 0
      for (let bin = 0; bin < binCount - 1; bin++) {
        sum += histogram[offset + bin * 2]!
        rows += histogram[offset + bin * 2 + 1]!
        if (rows < leastRows) continue
        if (count - rows < leastRows) break
        const gain = sum ** 2 / (rows + shrinkRows) + (total - sum) ** 2 / (count - rows + shrinkRows) - whole
        if (gain > best.gain) Object.assign(best, { gain, drawn, bin })
      }
    }
    return best
  }

  #divide(tree: TreeDraft, { node, from, to, histogram, split }: Leaf, columns: readonly number[]): [Leaf, Leaf] {
    const column = columns[split.drawn]!
    const bins = this.#bins[column]!
    let middle = from
    let aside = 0
    for (let i = from; i < to; i++) {
      const row = this.#rows[i]!
      if (bins[row]! <= split.bin) this.#rows[middle++] = row
      else this.#aside[aside++] = row
    }
    this.#rows.set(this.#aside.subarray(0, aside), middle)
    // Only the smaller side is counted; the larger is what is left of both.
    const leftIsSmaller = middle - from < to - middle
    const counted = leftIsSmaller ? this.#histogram(columns, from, middle) : this.#histogram(columns, middle, to)
    for (let i = 0; i < counted.length; i++) histogram[i]! -= counted[i]!
    const [left, right] = leftIsSmaller ? [counted, histogram] : [histogram, counted]
    const [leftNode, rightNode] = tree.branch(node, column, split.bin)
    return [
      { node: leftNode, from, to: middle, histogram: left, split: this.#bestSplit(left, middle - from) },
      { node: rightNode, from: middle, to, histogram: right, split: this.#bestSplit(right, to - middle) },
    ]
  }

  #medianResidual(from: number, to: number): number {
    const residuals = new Float32Array(to - from)
    for (let i = from; i < to; i++) {
      const row = this.#rows[i]!
      residuals[i - from] = this.#target[row]! - this.#fitted[row]!
    }
    return residuals.sort()[residuals.length >> 1] ?? 0
  }
}

class TreeDraft {
  readonly #nodes = [{ column: -1, bin: 0, left: 0, right: 0, value: 0 }]

  branch(node: number, column: number, bin: number): [number, number] {
    const left = this.#nodes.push({ column: -1, bin: 0, left: 0, right: 0, value: 0 }) - 1
    const right = this.#nodes.push({ column: -1, bin: 0, left: 0, right: 0, value: 0 }) - 1
    this.#nodes[node] = { column, bin, left, right, value: 0 }
    return [left, right]
  }

  settle(node: number, value: number): void {
    this.#nodes[node]!.value = value
  }

  done(): Tree {
    return {
      column: Int16Array.from(this.#nodes, ({ column }) => column),
      bin: Uint8Array.from(this.#nodes, ({ bin }) => bin),
      left: Int16Array.from(this.#nodes, ({ left }) => left),
      right: Int16Array.from(this.#nodes, ({ right }) => right),
      value: Float32Array.from(this.#nodes, ({ value }) => value),
    }
  }
}
