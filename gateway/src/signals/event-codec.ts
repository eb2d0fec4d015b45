import type { SignalEvent } from '@clearway/contracts'
import { fromTimestamp } from '@clearway/contracts'

/** One entry of the log. */
export interface LogEvent {
  /** Controller's clock, whole tenths of a second. */
  atMs: number
  code: number
  parameter: number
}

const tenthMs = 100

/**
 * A stretch's events as bytes: per event the tenths of a second since the one before (LEB128), code, parameter. Three
 * bytes for most, where its JSON has about sixty.
 *
 * @param fromMs start of the stretch; no event is earlier
 */
export function packEvents(fromMs: number, events: readonly LogEvent[]): Uint8Array {
  const bytes: number[] = []
  let last = Math.floor(fromMs / tenthMs)
  for (const { atMs, code, parameter } of events) {
    const tenth = Math.floor(atMs / tenthMs)
    let delta = tenth - last
    last = tenth
    while (delta >= 0x80) {
      bytes.push((delta & 0x7f) | 0x80)
      delta >>>= 7
    }
    bytes.push(delta, code, parameter)
  }
  return Uint8Array.from(bytes)
}

/** The inverse of `packEvents`. */
export function unpackEvents(fromMs: number, bytes: Uint8Array): LogEvent[] {
  const events: LogEvent[] = []
  let tenth = Math.floor(fromMs / tenthMs)
  for (let at = 0; at < bytes.length; ) {
    let delta = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number
      delta |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    tenth += delta
    events.push({ atMs: tenth * tenthMs, code: bytes[at++] as number, parameter: bytes[at++] as number })
  }
  return events
}

export const toLogEvent = ({ at, code, parameter }: SignalEvent): LogEvent => ({
  atMs: Math.floor(fromTimestamp(at) / tenthMs) * tenthMs,
  code,
  parameter,
})
