import type { JunctionTable, MovementState, SignalGroup } from '@clearway/contracts'
import type { ClauseId } from './clauses.ts'
import type { Verdicts } from './verdicts.ts'

export type Rule = Extract<
  ClauseId,
  'conflicts' | 'minimum-green' | 'green-flash' | 'yellow' | 'pedestrian-clearance' | 'all-red'
>

/** What a device said that its junction displays. */
export interface Picture {
  atMs: number
  mode: string
  groups: Readonly<Record<string, MovementState>>
  greenFlash: readonly string[]
}

type Face = 'green' | 'flash' | 'ending' | 'stop' | 'caution'

interface Head {
  face: Face
  sinceMs: number
  /** Whether it was seen to begin, so that its length is known. */
  whole: boolean
}

/** @returns what somebody at the kerb would call the state of this group */
export function faceOf({ groups, greenFlash }: Pick<Picture, 'groups' | 'greenFlash'>, id: string): Face {
  const state = groups[id]
  if (state === 'protected-Movement-Allowed' || state === 'permissive-Movement-Allowed') {
    return greenFlash.includes(id) ? 'flash' : 'green'
  }
  if (state === 'protected-clearance' || state === 'permissive-clearance') return 'ending'
  return state === 'stop-And-Remain' || state === 'pre-Movement' ? 'stop' : 'caution'
}

/**
 * Holds every displayed interval against the timing table. Shares nothing with controllers and conflict monitors and
 * knows of the junction only what its `state` messages say, by the device's own times.
 */
export class StreetWatch {
  readonly #table: JunctionTable
  readonly #toleranceMs: number
  readonly #heads = new Map<string, Head>()
  readonly #judged = new Map<Rule, number>()
  readonly #objections: { rule: Rule; text: string; picture: unknown }[] = []

  /** @param toleranceMs how much shorter an interval may look, because a device samples its outputs */
  constructor(table: JunctionTable, toleranceMs: number) {
    this.#table = table
    this.#toleranceMs = toleranceMs
  }

  /** What was displayed until the next picture is not known: intervals begin anew. */
  interrupt(): void {
    this.#heads.clear()
  }

  see(picture: Picture, message?: unknown): void {
    const ended: [SignalGroup, Head, Face][] = []
    for (const group of this.#table.groups) {
      const face = faceOf(picture, group.id)
      const before = this.#heads.get(group.id)
      if (before?.face === face) continue
      if (before) ended.push([group, before, face])
      this.#heads.set(group.id, { face, sinceMs: picture.atMs, whole: before !== undefined })
    }
    const object = (rule: Rule, text: string) => this.#objections.push({ rule, text, picture: message ?? picture })
    for (const [group, before, face] of ended) this.#judge(picture, group, before, face, object)
    for (const { ends, begins } of this.#table.intergreens) {
      this.#count('conflicts')
      const [a, b] = [this.#heads.get(ends)?.face, this.#heads.get(begins)?.face]
      const moves = (face: Face | undefined) => face === 'green' || face === 'flash'
      if (moves(b) && (moves(a) || a === 'ending')) object('conflicts', `${begins} is ${b} while ${ends} is ${a}`)
    }
  }

  /** @param known false where the device does not report every change, so that nothing follows from its pictures */
  finish(verdicts: Verdicts, known: boolean): void {
    const rules: Record<Rule, string | undefined> = {
      conflicts: undefined,
      'minimum-green': undefined,
      'green-flash': this.#table.groups.some(({ greenFlashS }) => greenFlashS > 0) ? undefined : 'green flash',
      yellow: undefined,
      'pedestrian-clearance': this.#table.groups.some(({ kind }) => kind === 'pedestrian') ? undefined : 'pedestrians',
      'all-red': this.#table.intergreens.length > 0 ? undefined : 'conflicts',
    }
    for (const [rule, absent] of Object.entries(rules) as [Rule, string | undefined][]) {
      if (!known) {
        verdicts.notRun([rule], 'what was displayed between two reports is not known')
        continue
      }
      for (const { text, picture } of this.#objections.filter((one) => one.rule === rule)) {
        verdicts.fail(rule, text, picture)
      }
      const count = this.#judged.get(rule) ?? 0
      if (absent !== undefined) verdicts.doesNotApply([rule], `the table has no ${absent}`)
      else if (count > 0) verdicts.pass(rule, `${count} seen`)
      else verdicts.notRun([rule], 'none was displayed in full during the run')
    }
  }

  #judge(
    { atMs, mode }: Picture,
    { id, kind, minGreenS, greenFlashS, yellowS, clearanceS }: SignalGroup,
    before: Head,
    face: Face,
    object: (rule: Rule, text: string) => void,
  ): void {
    if (face === 'caution' || before.face === 'caution') return
    const vehicle = kind === 'vehicle'
    const ending = vehicle ? 'yellow' : 'pedestrian-clearance'
    const lastedS = (atMs - before.sinceMs) / 1000
    const short = (leastS: number) => before.whole && lastedS * 1000 < leastS * 1000 - this.#toleranceMs
    if (before.face === 'green') {
      if (before.whole) this.#count('minimum-green')
      const safeS = vehicle ? Math.min(minGreenS, this.#table.preempt.minGreenS) : 0
      const leastS = mode === 'preempted' ? safeS : minGreenS
      if (short(leastS)) object('minimum-green', `${id} was green for ${lastedS} of ${leastS} s`)
      if (vehicle && greenFlashS > 0 && face !== 'flash') object('green-flash', `${id} went from green to ${face}`)
      else if (face === 'stop') object(ending, `${id} went from green to stop at once`)
    }
    if (before.face === 'flash') {
      if (before.whole) this.#count('green-flash')
      if (short(greenFlashS)) object('green-flash', `${id} flashed for ${lastedS} of ${greenFlashS} s`)
      if (face !== 'ending') object(ending, `${id} went from green flash to ${face}`)
    }
    if (before.face === 'ending') {
      if (before.whole) this.#count(ending)
      const fullS = vehicle ? yellowS : clearanceS
      if (short(fullS)) object(ending, `${id} ended within ${lastedS} of ${fullS} s`)
      if (face !== 'stop') object(ending, `${id} went from its ending to ${face}`)
    }
    if (face === 'green' && before.face === 'stop') this.#judgeRed(id, atMs, object)
  }

  #judgeRed(id: string, atMs: number, object: (rule: Rule, text: string) => void): void {
    for (const { ends, redS } of this.#table.intergreens.filter(({ begins }) => begins === id)) {
      const other = this.#heads.get(ends)
      if (other?.face !== 'stop' || !other.whole) continue
      this.#count('all-red')
      const redMs = atMs - other.sinceMs
      if (redMs < redS * 1000 - this.#toleranceMs) {
        object('all-red', `${id} was green ${redMs / 1000} of ${redS} s after ${ends} stopped`)
      }
    }
  }

  #count(rule: Rule): void {
    this.#judged.set(rule, (this.#judged.get(rule) ?? 0) + 1)
  }
}
