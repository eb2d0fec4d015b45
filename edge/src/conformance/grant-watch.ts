import type { SignalResponse } from '@clearway/contracts'
import type { StateSeen } from './state-watch.ts'
import { faceOf } from './street-watch.ts'
import type { Verdicts } from './verdicts.ts'

/** One `signal/response` to a request of this run. */
export interface Answer {
  receivedMs: number
  atMs: number
  body: SignalResponse
}

/** Within this of a grant a state has to show the green. */
const withinMs = 1000
/** What the device sent together with the grant has arrived by then. */
const ripeAfterMs = 1500

/** Holds every `granted` against the states around it. The two may overtake each other by a little. */
export class GrantWatch {
  readonly #waiting: { answer: Answer; group: string }[] = []
  readonly #objections: { text: string; body: SignalResponse }[] = []
  #judged = 0

  /** @param group that gives the request its green */
  take(answer: Answer, group: string): void {
    // What comes late was said in an outage, whose states nobody has seen.
    if (answer.receivedMs - answer.atMs < withinMs) this.#waiting.push({ answer, group })
  }

  judge(nowMs: number, states: readonly StateSeen[]): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const { answer, group } = next
      if (answer.receivedMs + ripeAfterMs > nowMs) return
      this.#waiting.shift()
      this.#judged++
      const { atMs, body } = answer
      const then = states.findLast((state) => state.atMs <= atMs)
      const soon = states.filter((state) => state.atMs > atMs && state.atMs <= atMs + withinMs)
      const green = [...(then ? [then] : []), ...soon].some(
        ({ body: { groups, greenFlash = [] } }) => faceOf({ groups, greenFlash }, group) === 'green',
      )
      const face = then?.body.groups[group] ?? 'unknown'
      if (!green) this.#objections.push({ text: `granted at ${body.at} while ${group} was ${face}`, body })
    }
  }

  /** @param known false where the device does not report every change, so that nothing follows from its states */
  finish(verdicts: Verdicts, known: boolean): void {
    if (!known) {
      verdicts.notRun(['granted-means-green'], 'what was displayed between two reports is not known')
      return
    }
    for (const { text, body } of this.#objections) verdicts.fail('granted-means-green', text, body)
    if (this.#judged > 0) verdicts.pass('granted-means-green', `${this.#judged} grants`)
    else verdicts.notRun(['granted-means-green'], 'nothing was granted')
  }
}
