import { type JunctionTable, type MovementState, type SignalGroup, tailS } from '@clearway/contracts'
import { permissiveTurns } from './permissive-turns.ts'

/** `green` is also the walk of a pedestrian group. */
type Aspect = 'red' | 'green' | 'green-flash' | 'yellow' | 'clearance'

interface Conflict {
  other: Head
  /** All-red after `other` has become red, before this head may turn green. */
  redMs: number
}

export interface Head {
  readonly group: SignalGroup
  readonly conflicts: Conflict[]
  aspect: Aspect
  /** How long the aspect has been shown. */
  forMs: number
  /** Who may be green with it and cross its way. */
  readonly meets: Head[]
  /** Whether nobody could cross its way in its last green. */
  protected: boolean
}

/**
 * A face that ends its green shows red before the next one, whoever else waits: yellow never turns to green. Practice
 * allows that while a pre-emption is entered, to give a green back that has just been taken. It is not done: drivers who
 * brake for a yellow would be met by others who saw the green return, for three seconds gained.
 */
const leastRedMs = 1000

export const toMs = (durationS: number): number => Math.round(durationS * 1000)

/**
 * The signal heads of a junction and the rules that hold for them whatever is asked: a green that ends runs its flash,
 * yellow or clearance in full, and no head turns green before every conflicting head has been red for its all-red.
 * Planning decides only which groups are wanted green; it cannot reach past these rules.
 */
export class SignalHeads {
  readonly heads: readonly Head[]
  readonly #byId = new Map<string, Head>()
  /** What the faces show, until one of them changes. */
  #states: Readonly<Record<string, MovementState>> | undefined
  #flashing: readonly string[] = []

  constructor(table: JunctionTable) {
    this.heads = table.groups.map((group) => ({
      group,
      conflicts: [],
      meets: [],
      aspect: 'red',
      forMs: 0,
      protected: false,
    }))
    for (const head of this.heads) this.#byId.set(head.group.id, head)
    for (const { ends, begins, redS } of table.intergreens) {
      this.get(begins).conflicts.push({ other: this.get(ends), redMs: toMs(redS) })
    }
    for (const [group, others] of permissiveTurns(table)) {
      for (const other of others) this.get(group).meets.push(this.get(other))
    }
  }

  /** @param id of a group in the table, which was checked at construction of the controller */
  get(id: string): Head {
    return this.#byId.get(id) as Head
  }

  /** The longest all-red that somebody waits for after this head has ended, ms. */
  longestRedMs(head: Head): number {
    let longestMs = 0
    for (const { conflicts } of this.heads) {
      for (const { other, redMs } of conflicts) if (other === head) longestMs = Math.max(longestMs, redMs)
    }
    return longestMs
  }

  /** Lets time pass: what is ending ends. */
  advance(elapsedMs: number): void {
    for (const head of this.heads) {
      head.forMs += elapsedMs
      const { group, aspect, forMs } = head
      if (aspect === 'green-flash' && forMs >= toMs(group.greenFlashS)) this.#show(head, 'yellow')
      else if (aspect === 'yellow' && forMs >= toMs(group.yellowS)) this.#show(head, 'red')
      else if (aspect === 'clearance' && forMs >= toMs(group.clearanceS)) this.#show(head, 'red')
    }
  }

  /** Ends a green that has been shown for `minimumMs`; changes nothing otherwise. */
  end(head: Head, minimumMs: number): void {
    if (head.aspect !== 'green' || head.forMs < minimumMs) return
    if (head.group.kind === 'pedestrian') this.#show(head, head.group.clearanceS > 0 ? 'clearance' : 'red')
    else this.#show(head, head.group.greenFlashS > 0 ? 'green-flash' : 'yellow')
  }

  /** Turns the wanted heads green, all in one moment or none. @returns whether all of them are green now */
  begin(wanted: readonly Head[]): boolean {
    if (!wanted.every((head) => head.aspect === 'green' || mayBegin(head))) return false
    for (const head of wanted) if (head.aspect !== 'green') this.#show(head, 'green')
    return true
  }

  /** Everything red at once: only behind a flashing display, where the street sees none of it. */
  clear(): void {
    for (const head of this.heads) this.#show(head, 'red')
  }

  /** The steady yellow that leads from flashing to red. */
  leaveFlash(): void {
    for (const head of this.heads) {
      if (head.group.kind !== 'vehicle') continue
      head.protected = false
      this.#show(head, 'yellow')
    }
  }

  get allRed(): boolean {
    return this.heads.every(({ aspect }) => aspect === 'red')
  }

  /** Ends every green that is not wanted once it has had its minimum, and begins the wanted. @returns whether reached */
  turnTo(wanted: readonly Head[], minimum: (head: Head) => number): boolean {
    for (const head of this.heads) if (!wanted.includes(head)) this.end(head, minimum(head))
    return this.begin(wanted)
  }

  /** The same object for as long as nothing changes. */
  movementStates(): Readonly<Record<string, MovementState>> {
    this.#states ??= this.#look()
    return this.#states
  }

  /** Groups in green flash. */
  greenFlash(): readonly string[] {
    this.#states ??= this.#look()
    return this.#flashing
  }

  #look(): Readonly<Record<string, MovementState>> {
    const states: Record<string, MovementState> = {}
    for (const head of this.heads) {
      if (head.aspect === 'green') head.protected = head.meets.every(({ aspect }) => aspect === 'red')
      const right = head.protected || head.group.kind === 'pedestrian' ? 'protected' : 'permissive'
      if (head.aspect === 'red') states[head.group.id] = 'stop-And-Remain'
      else if (head.aspect === 'green' || head.aspect === 'green-flash') {
        states[head.group.id] = `${right}-Movement-Allowed`
      } else states[head.group.id] = `${right}-clearance`
    }
    this.#flashing = this.heads.filter(({ aspect }) => aspect === 'green-flash').map(({ group }) => group.id)
    return states
  }

  #show(head: Head, aspect: Aspect): void {
    head.aspect = aspect
    head.forMs = 0
    this.#states = undefined
  }
}

/** The table's own minimum green, or its walk. */
export const minimumMs = ({ group }: Head): number => toMs(group.minGreenS)

/** What is left of a flash, yellow or clearance, up to the next movement state; undefined in green and red. */
export function endingLeftMs({ group, aspect, forMs }: Head): number | undefined {
  if (aspect === 'green-flash') return toMs(group.greenFlashS) - forMs
  if (aspect === 'yellow') return toMs(group.yellowS) - forMs
  return aspect === 'clearance' ? toMs(group.clearanceS) - forMs : undefined
}

/** From the end of a green until its face is red; nothing where it is red, the rest where it is ending. */
export function tailLeftMs(head: Head): number {
  if (head.aspect === 'green') return toMs(tailS(head.group))
  return (head.aspect === 'green-flash' ? toMs(head.group.yellowS) : 0) + (endingLeftMs(head) ?? 0)
}

/**
 * Until a red head may be green at the earliest, ms: everything in its way ends as soon as it may.
 *
 * @param minimum the shortest green of what is in its way
 */
export function untilClearMs(head: Head, minimum: (head: Head) => number): number {
  let longestMs = Math.max(0, leastRedMs - head.forMs)
  for (const { other, redMs } of head.conflicts) {
    const greenMs = other.aspect === 'green' ? Math.max(0, minimum(other) - other.forMs) : 0
    const clearMs = other.aspect === 'red' ? redMs - other.forMs : greenMs + tailLeftMs(other) + redMs
    longestMs = Math.max(longestMs, clearMs)
  }
  return longestMs
}

const mayBegin = (head: Head): boolean =>
  head.aspect === 'red' &&
  head.forMs >= leastRedMs &&
  head.conflicts.every(({ other, redMs }) => other.aspect === 'red' && other.forMs >= redMs)
