import { groupTowards, type JunctionTable, type SignalRequest, toTimestamp } from '@clearway/contracts'

export interface Way {
  approach: string
  exit: string
}

export interface MissionWish extends Way {
  vehicle: string
  role?: SignalRequest['role']
  importance?: string
}

/** Room below the first number for messages that come too late. */
const firstSequence = 10
const expiresAfterMs = 120_000

/** One request as the centre sees it: what it has said, and what it says next. */
export class Mission {
  readonly request: string
  readonly wish: Required<MissionWish>
  /** The signal group that gives it its green. */
  readonly group: string
  readonly sent: SignalRequest[] = []
  #sequence = firstSequence
  earliestMs: number
  latestMs: number

  /** @param arrivalS until the vehicle is expected, and the length of its window */
  constructor(request: string, wish: MissionWish, table: JunctionTable, nowMs: number, arrivalS: number) {
    this.request = request
    this.wish = { role: 'ambulance', importance: '1/4', ...wish }
    const approach = table.approaches.find(({ id }) => id === wish.approach)
    this.group = approach ? groupTowards(approach, wish.exit) : ''
    this.earliestMs = nowMs + arrivalS * 1000
    this.latestMs = this.earliestMs + arrivalS * 1000
  }

  /** The newest number given out. */
  get sequence(): number {
    return this.#sequence
  }

  /** The next message, under a new number. */
  next(type: SignalRequest['type'], nowMs: number, leaseS: number): SignalRequest {
    if (this.sent.length > 0) this.#sequence++
    const message = this.message(type, this.#sequence, nowMs, leaseS)
    this.sent.push(message)
    return message
  }

  /** A message with any number; the mission does not count it as its own. */
  message(type: SignalRequest['type'], sequence: number, nowMs: number, leaseS: number): SignalRequest {
    // The vehicle is held up for as long as the mission lasts: its window stays open.
    const latestMs = Math.max(this.latestMs, nowMs + leaseS * 1000)
    return {
      id: `${this.request}:${type}:${sequence}`,
      at: toTimestamp(nowMs),
      request: this.request,
      type,
      sequence,
      ...this.wish,
      arrivalEarliest: toTimestamp(this.earliestMs),
      arrivalLatest: toTimestamp(latestMs),
      leaseUntil: toTimestamp(nowMs + leaseS * 1000),
      expiresAt: toTimestamp(nowMs + expiresAfterMs),
    }
  }
}
