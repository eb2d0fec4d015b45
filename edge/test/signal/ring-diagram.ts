import type { JunctionTable } from '@clearway/contracts'
import type { PriorityCall } from '../../src/index.ts'
import type { Moment } from '../../src/signal/program.ts'
import { RingProgram } from '../../src/signal/ring-program.ts'
import { type Head, SignalHeads } from '../../src/signal/signal-heads.ts'

/** The start of a cycle of 100 s whose offset is 0. */
const epochMs = Date.parse('2026-11-23T08:20:00Z')

const signs = { red: '.', 'green-flash': 'f', yellow: 'y', clearance: 'c' }

/**
 * A ring program alone with its heads, drawn as traffic engineers draw it: a row per ring, a sign per second. A number is
 * the green of that phase, `y` its yellow, `.` red; of walkers `w` is the walk and `c` the clearance.
 */
export class RingDiagram {
  readonly table: JunctionTable
  readonly heads: SignalHeads
  readonly program: RingProgram
  readonly #called = new Set<string>()
  readonly #extended = new Set<string>()
  priority: PriorityCall[] = []
  readonly moment: Moment
  nowMs: number
  readonly #rows = new Map<string, string>()
  #entered = false

  /** @param atS second of the cycle at which the junction is given to the program */
  constructor(table: JunctionTable, atS = 0) {
    this.table = table
    this.heads = new SignalHeads(table)
    this.program = new RingProgram(table, this.heads)
    this.nowMs = epochMs + (table.offsetS + atS) * 1000
    this.moment = {
      nowMs: this.nowMs,
      elapsedMs: 0,
      heads: this.heads,
      demands: { called: (id) => this.#called.has(id), extended: (id) => this.#extended.has(id) },
      priority: [],
    }
    this.heads.advance(10_000)
  }

  /** Somebody waits for these groups until they are green. */
  call(...groups: string[]): this {
    for (const id of groups) this.#called.add(id)
    return this
  }

  /** Traffic goes on arriving for these groups, until `gap`. */
  flow(...groups: string[]): this {
    for (const id of groups) this.#extended.add(id)
    return this.call(...groups)
  }

  gap(...groups: string[]): this {
    for (const id of groups) this.#extended.delete(id)
    return this
  }

  /** Second of the cycle by the wall clock. */
  get second(): number {
    const { cycleS, offsetS } = this.table
    return ((((this.nowMs - epochMs) / 1000 - offsetS) % cycleS) + cycleS) % cycleS
  }

  enter(...first: string[]): this {
    while (!this.program.enter(this.#at(), first.length > 0 ? first : undefined)) this.#tick(1000)
    this.#entered = true
    return this
  }

  pass(durationS: number, tickMs = 1000): this {
    if (!this.#entered) this.enter()
    for (let leftMs = durationS * 1000; leftMs > 0; leftMs -= tickMs) {
      this.#draw()
      this.#tick(tickMs)
      this.program.step(this.#at())
      for (const { group, aspect } of this.heads.heads) {
        if (aspect === 'green' && !this.#extended.has(group.id)) this.#called.delete(group.id)
      }
    }
    return this
  }

  /** Everything drawn so far is forgotten. */
  clean(): this {
    this.#rows.clear()
    return this
  }

  /** What was shown since the last look, second by second: the rings, then these groups. */
  draw(...groups: string[]): string {
    const rings = this.table.rings!.rings.map((_, place) => this.#rows.get(`ring ${place}`) ?? '')
    const rows = [...rings, ...groups.map((id) => `${this.#rows.get(id)} ${id}`)]
    const tens = Array.from({ length: Math.ceil((rings[0]?.length ?? 0) / 10) }, (_, ten) =>
      String(ten * 10).padEnd(10),
    )
    this.clean()
    return `\n${[tens.join('').trimEnd(), ...rows].join('\n')}\n`
  }

  #at(): Moment {
    return Object.assign(this.moment, { nowMs: this.nowMs, priority: this.priority })
  }

  #tick(tickMs: number): void {
    this.nowMs += tickMs
    this.heads.advance(tickMs)
    Object.assign(this.moment, { elapsedMs: tickMs })
  }

  #draw(): void {
    const { phases, rings } = this.table.rings!
    const sign = ({ aspect, group }: Head, green: string) =>
      aspect === 'green' ? (group.kind === 'pedestrian' ? 'w' : green) : signs[aspect]
    rings.forEach((sides, place) => {
      const faces = sides.flat().map((number) => {
        const groups = phases.find((phase) => phase.number === number)!.groups
        return sign(this.heads.get(groups[0]!), String(number))
      })
      this.#add(`ring ${place}`, faces.find((face) => face !== '.') ?? '.')
    })
    for (const head of this.heads.heads) this.#add(head.group.id, sign(head, 'A'))
  }

  #add(row: string, face: string): void {
    this.#rows.set(row, (this.#rows.get(row) ?? '') + face)
  }
}
