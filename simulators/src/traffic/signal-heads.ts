/**
 * What the drivers on an approach see. `yield` is a dark or flashing signal: drive as if there were none.
 * The simulator only reads; what is displayed is decided by the signal agents alone.
 */
export type Aspect = 'go' | 'yellow' | 'stop' | 'yield'

export interface SignalHeads {
  /** @param approach index into `RoadNetwork.approaches` */
  mayGo(approach: number): Aspect
}
