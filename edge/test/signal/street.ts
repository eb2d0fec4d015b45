import type { JunctionTable, MovementState, SignalGroup } from '@clearway/contracts'
import type { Display } from '../../src/index.ts'

/** What somebody with a stop watch at the kerb would object to. */
export type Rule = 'conflict' | 'yellow' | 'green-flash' | 'clearance' | 'red' | 'minimum-green'

type Face = 'go' | 'flash' | 'end' | 'stop' | 'caution'

const faceOf = (state: MovementState | undefined, flashing: boolean): Face => {
  if (state === 'protected-Movement-Allowed' || state === 'permissive-Movement-Allowed')
    return flashing ? 'flash' : 'go'
  if (state === 'protected-clearance' || state === 'permissive-clearance') return 'end'
  return state === 'stop-And-Remain' ? 'stop' : 'caution'
}

/** An observer of its own, for tests: judges displays by true time and knows neither controller nor conflict monitor. */
export class Street {
  readonly objections: { rule: Rule; text: string }[] = []
  readonly #table: JunctionTable
  readonly #seen = new Map<string, { face: Face; sinceMs: number; goMs: number }>()

  constructor(table: JunctionTable) {
    this.#table = table
  }

  see(trueMs: number, { mode, groups, greenFlash }: Pick<Display, 'mode' | 'groups' | 'greenFlash'>): void {
    const faces = new Map(
      this.#table.groups.map(({ id }) => [id, faceOf(groups[id], greenFlash.includes(id))] as const),
    )
    for (const group of this.#table.groups) this.#see(trueMs, group, faces.get(group.id) as Face, mode === 'preempted')
    for (const { ends, begins } of this.#table.intergreens) {
      const [a, b] = [faces.get(ends) as Face, faces.get(begins) as Face]
      const movesA = a === 'go' || a === 'flash'
      const movesB = b === 'go' || b === 'flash'
      if ((movesA && b !== 'stop') || (movesB && a !== 'stop')) this.#object('conflict', `${ends} ${a}, ${begins} ${b}`)
    }
  }

  #see(trueMs: number, group: SignalGroup, face: Face, preempted: boolean): void {
    const before = this.#seen.get(group.id)
    if (before?.face === face) return
    const starts = face === 'go' || before === undefined
    this.#seen.set(group.id, { face, sinceMs: trueMs, goMs: starts ? trueMs : before.goMs })
    if (!before || face === 'caution' || before.face === 'caution') return
    const { id, kind } = group
    const forS = (trueMs - before.sinceMs) / 1000
    const ending = kind === 'vehicle' ? 'yellow' : 'clearance'
    if (before.face === 'go') {
      const safeS = kind === 'vehicle' ? Math.min(group.minGreenS, this.#table.preempt.minGreenS) : 0
      const leastS = preempted ? safeS : group.minGreenS
      if (forS < leastS) this.#object('minimum-green', `${id} green for ${forS} of ${leastS} s`)
      if (group.greenFlashS > 0 && face !== 'flash') this.#object('green-flash', `${id} left green for ${face}`)
      else if (group.greenFlashS === 0 && face !== 'end') this.#object(ending, `${id} left green for ${face}`)
    }
    if (before.face === 'flash') {
      if (forS < group.greenFlashS) this.#object('green-flash', `${id} flashed for ${forS} of ${group.greenFlashS} s`)
      if (face !== 'end') this.#object(ending, `${id} left green flash for ${face}`)
    }
    if (before.face === 'end') {
      const fullS = kind === 'vehicle' ? group.yellowS : group.clearanceS
      if (forS < fullS) this.#object(ending, `${id} ended within ${forS} of ${fullS} s`)
      if (face !== 'stop') this.#object(ending, `${id} went back to ${face}`)
    }
    if (face === 'go') {
      for (const { ends, redS } of this.#table.intergreens.filter(({ begins }) => begins === id)) {
        const other = this.#seen.get(ends)
        const stoppedS = other?.face === 'stop' ? (trueMs - other.sinceMs) / 1000 : Number.POSITIVE_INFINITY
        if (stoppedS < redS) this.#object('red', `${id} green ${stoppedS} of ${redS} s after ${ends} stopped`)
      }
    }
  }

  #object(rule: Rule, text: string): void {
    this.objections.push({ rule, text })
  }
}
