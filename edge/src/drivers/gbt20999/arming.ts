import { type FieldError, groupsOf, groupTowards, inConflict, type JunctionTable, tailS } from '@clearway/contracts'
import { greenFlashCodes, nameOf, type ObjectId, objects, requestObjects, yellowCode } from './objects.ts'
import type { Answer } from './session.ts'
import type { RequestRow, Site } from './settings.ts'

/** A sum of tenths in binary is not exact; a millisecond is below anything a controller can show. */
const exactS = 0.001

const lossSteps = [0, 1, 2] as const

/** Everything that has to be read of a controller before it may be asked for anything. */
export function armingObjects(table: JunctionTable, { settings, byStage, rows }: Site): ObjectId[] {
  const phases = Object.values(settings.groups).map(({ phase }) => phase)
  const asked = rows.map(({ stage }) => stage)
  const stages = new Set([...table.stages.map(({ id }) => settings.stages[id] as number), ...asked])
  return [
    ...new Set([
      ...phases.flatMap((phase) => [
        objects.phaseLamps(phase),
        ...lossSteps.flatMap((step) => [objects.lossLamp(step, phase), objects.lossTime(step, phase)]),
        objects.minGreen(phase),
        objects.conflicts(phase),
        objects.greenIntervals(phase),
      ]),
      ...[...stages].map(objects.stagePhases),
      ...asked.map(objects.transitions),
      ...(byStage ? [] : rows).flatMap(({ kind, number }) => {
        const { stage, masked } = requestObjects(kind, number)
        return [stage, masked]
      }),
    ]),
  ]
}

/** Numbers 1 to 64 of a bit field of eight bytes: the last bit of the last byte is number 1. */
export function numbersOf(bits: Uint8Array): number[] {
  const numbers: number[] = []
  for (let number = 1; number <= bits.length * 8; number++) {
    if (((bits[bits.length - 1 - ((number - 1) >> 3)] as number) >> ((number - 1) & 7)) & 1) numbers.push(number)
  }
  return numbers
}

/** A controller's programming, as far as it was read, held against the table. */
export class Arming {
  readonly #table: JunctionTable
  readonly #site: Site
  readonly #read: ReadonlyMap<ObjectId, Answer>
  readonly #faults: FieldError[] = []

  constructor(table: JunctionTable, site: Site, read: ReadonlyMap<ObjectId, Answer>) {
    this.#table = table
    this.#site = site
    this.#read = read
  }

  /**
   * Where the controller is weaker than the table, or is not the one that the settings describe. Fields are those of the
   * table or, for `urgent`, `priority` and `stages`, of the settings; each message names the object of the controller.
   *
   * @returns empty when it may be armed
   */
  faults(): FieldError[] {
    this.#table.groups.forEach((_, index) => {
      this.#judgeGroup(index)
    })
    if ((this.#table.preempt.minWalkS ?? 0) > 0) {
      const message = 'cannot be kept: GB/T 20999 has no least walk of an urgent request; leave it out'
      this.#faults.push({ field: 'preempt.minWalkS', message })
    }
    this.#judgeConflicts()
    this.#judgeStages()
    this.#judgeRows()
    return this.#faults
  }

  #judgeGroup(index: number): void {
    const group = this.#table.groups[index] as JunctionTable['groups'][number]
    const { phase, lamp } = this.#numbersOf(group.id)
    const { transitionUnitS, minGreenUnitS } = this.#site.assumed
    const field = `groups.${index}`
    const lamps = this.#bits(objects.phaseLamps(phase), field)
    if (lamps && !lamps.includes(lamp)) {
      const message = `"${group.id}": phase ${phase} drives lamp groups ${lamps.join(', ') || 'none'}, not ${lamp}`
      this.#fault(field, objects.phaseLamps(phase), message)
    }
    const losses = lossSteps.map((step) => ({
      colour: this.#number(objects.lossLamp(step, phase), field, 1),
      units: this.#number(objects.lossTime(step, phase), field, 1),
    }))
    const shownS = (codes: readonly number[]) =>
      losses.reduce((sum, { colour, units }) => sum + (codes.includes(colour ?? 0) ? (units ?? 0) : 0), 0) *
      transitionUnitS
    const at = objects.lossTime(0, phase)
    if (group.kind === 'pedestrian') {
      this.#atLeast(`${field}.clearanceS`, at, 'green flash', shownS(greenFlashCodes), group.clearanceS)
    } else {
      this.#atLeast(`${field}.greenFlashS`, at, 'green flash', shownS(greenFlashCodes), group.greenFlashS)
      this.#atLeast(`${field}.yellowS`, at, 'yellow', shownS([yellowCode]), group.yellowS)
    }
    const minGreen = this.#number(objects.minGreen(phase), field, 2)
    if (minGreen !== undefined) {
      const minGreenS = minGreen * minGreenUnitS
      this.#atLeast(`${field}.minGreenS`, objects.minGreen(phase), 'minimum green', minGreenS, group.minGreenS)
    }
  }

  #judgeConflicts(): void {
    const { greenIntervalUnitS, greenIntervalHoldsFlash } = this.#site.assumed
    this.#table.intergreens.forEach(({ ends, begins, redS }, index) => {
      const field = `intergreens.${index}`
      const [from, to] = [this.#numbersOf(ends).phase, this.#numbersOf(begins).phase]
      const conflicts = this.#bits(objects.conflicts(from), field)
      if (conflicts && !conflicts.includes(to)) {
        const message = `"${ends}" and "${begins}": phases ${from} and ${to} are no conflict in the controller`
        this.#fault(field, objects.conflicts(from), message)
      }
      const units = this.#entry(objects.greenIntervals(from), to, field)
      if (units === undefined) return
      const group = this.#table.groups.find(({ id }) => id === ends) as JunctionTable['groups'][number]
      const endingS = greenIntervalHoldsFlash ? tailS(group) : tailS(group) - group.greenFlashS
      const what = `green interval of phases ${from} to ${to} ("${ends}" to "${begins}")`
      this.#atLeast(`${field}.redS`, objects.greenIntervals(from), what, units * greenIntervalUnitS, endingS + redS)
    })
  }

  /** The plan's stages release what the table says: a wrong number would be read as another stage. */
  #judgeStages(): void {
    for (const { id, groups } of this.#table.stages) {
      const stage = this.#site.settings.stages[id] as number
      const phases = this.#bits(objects.stagePhases(stage), `stages.${id}`)
      const wanted = groups.map((group) => this.#numbersOf(group).phase).sort((a, b) => a - b)
      if (phases && phases.join() !== wanted.join()) {
        const message = `stage ${stage} has phases ${phases.join(', ') || 'none'}, the table's "${id}" needs ${wanted.join(', ')}`
        this.#fault(`stages.${id}`, objects.stagePhases(stage), message)
      }
    }
  }

  #judgeRows(): void {
    const positions = { urgent: 0, priority: 0 }
    for (const row of this.#site.rows) {
      const field = `${row.kind}.${positions[row.kind]++}`
      if (!this.#site.byStage) this.#judgeRow(field, row)
      this.#judgeAskedStage(field, row)
    }
  }

  #judgeRow(field: string, { kind, number, stage }: RequestRow): void {
    const at = requestObjects(kind, number)
    const programmed = this.#number(at.stage, `${field}.stage`, 1)
    if (programmed !== undefined && programmed !== stage) {
      this.#fault(`${field}.stage`, at.stage, `asks for stage ${programmed}, the settings say ${stage}`)
    }
    if (this.#number(at.masked, `${field}.number`, 1) === 1) {
      this.#fault(`${field}.number`, at.masked, `${kind} request ${number} is masked`)
    }
  }

  #judgeAskedStage(field: string, { kind, approach, exit, stage }: RequestRow): void {
    const id = objects.stagePhases(stage)
    const phases = this.#bits(id, `${field}.stage`)
    if (!phases) return
    const arm = this.#table.approaches.find((one) => one.id === approach) as JunctionTable['approaches'][number]
    const groups: string[] = []
    for (const phase of phases) {
      const group = Object.entries(this.#site.settings.groups).find(([, numbers]) => numbers.phase === phase)
      if (group) groups.push(group[0])
      else this.#fault(`${field}.stage`, id, `releases phase ${phase}, which is no group of the table`)
    }
    // An emergency vehicle gets its whole approach, a bus the way it takes.
    const wanted = kind === 'urgent' ? groupsOf(arm) : [exit === undefined ? arm.group : groupTowards(arm, exit)]
    for (const group of wanted) {
      if (!groups.includes(group)) this.#fault(`${field}.stage`, id, `does not release "${group}" of "${approach}"`)
    }
    groups.forEach((group, index) => {
      for (const other of groups.slice(index + 1)) {
        if (inConflict(this.#table, group, other)) {
          this.#fault(`${field}.stage`, id, `releases "${group}" and "${other}", which conflict`)
        }
      }
    })
    for (const from of Object.values(this.#site.settings.stages)) {
      const rule = this.#entry(objects.transitions(stage), from, `${field}.stage`)
      if (rule === this.#site.assumed.forbiddenTransition && from !== stage) {
        this.#fault(`${field}.stage`, objects.transitions(stage), `${stage} may not be reached from stage ${from}`)
      }
    }
  }

  #numbersOf(group: string): { phase: number; lamp: number } {
    return this.#site.settings.groups[group] as { phase: number; lamp: number }
  }

  #atLeast(field: string, id: ObjectId, what: string, isS: number, neededS: number): void {
    if (isS >= neededS - exactS) return
    this.#fault(field, id, `${what} is ${round(isS)} s, the table needs ${round(neededS)} s`)
  }

  #fault(field: string, id: ObjectId, message: string): void {
    this.#faults.push({ field, message: `${nameOf(id)}: ${message}` })
  }

  /** The bytes of a value; undefined, with a fault once, where it is missing or has another length. */
  #bytes(id: ObjectId, field: string, length: number): Uint8Array | undefined {
    const answer = this.#read.get(id) ?? { error: 'not read' }
    if ('data' in answer && answer.data.length === length) return answer.data
    const message =
      'data' in answer ? `has ${answer.data.length} bytes, not ${length}` : `cannot be read: ${answer.error}`
    const known = `${nameOf(id)}: ${message}`
    if (!this.#faults.some((fault) => fault.message === known)) this.#fault(field, id, message)
    return undefined
  }

  #number(id: ObjectId, field: string, length: 1 | 2): number | undefined {
    return this.#bytes(id, field, length)?.reduce((sum, byte) => sum * 256 + byte, 0)
  }

  #bits(id: ObjectId, field: string): number[] | undefined {
    const bytes = this.#bytes(id, field, 8)
    return bytes && numbersOf(bytes)
  }

  /** The byte for `number` in a field of 64. */
  #entry(id: ObjectId, number: number, field: string): number | undefined {
    const bytes = this.#bytes(id, field, 64)
    return bytes?.[this.#site.assumed.sequenceDescending ? 64 - number : number - 1]
  }
}

const round = (valueS: number): number => Math.round(valueS * 1000) / 1000
