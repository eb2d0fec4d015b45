/** One line of the performance table. A ratio compares with a peer measured in the same run on the same machine. */
export interface BenchRow {
  name: string
  value: number
  unit: string
  peer?: string
  peerValue?: number
  ratio?: number
  /** What is wanted of the ratio at least, or of the value at most. */
  leastRatio?: number
  mostValue?: number
}
