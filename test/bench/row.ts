/** One line of the performance table. A ratio compares with a peer measured in the same run on the same machine. */
export interface BenchRow {
  name: string
  value: number
  unit: string
  peer?: string
  peerValue?: number
  ratio?: number
}
