/**
 * What the drivers on an approach see. `permitted` is a green that gives way to every other movement that has `go`, as a
 * right turn that is never stopped; `yield` is a dark or flashing signal: drive as if there were none.
 * The simulator only reads; what is displayed is decided by the signal agents alone.
 */
export type Aspect = 'go' | 'permitted' | 'yellow' | 'stop' | 'yield'

export interface SignalHeads {
  /**
   * @param approach index into `RoadNetwork.approaches`
   * @param to the arc behind the stop line that the driver heads for: turns may have signals of their own
   */
  mayGo(approach: number, to: number): Aspect
}
