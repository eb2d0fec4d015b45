import { createServer, type Server, type Socket } from 'node:net'
import { groupsOf, type JunctionTable, type Random, tailS } from '@clearway/contracts'
import { type Control, type ControllerLink, type Display, SimulatedController } from '@clearway/edge'
import { Cutter, type Item, type Message, toBytes } from './gbt20999-wire.ts'
import type { SoftController } from './soft-controller.ts'

/** What the line or the controller may be made to do. */
export type Gbt20999Fault =
  | 'none'
  | 'cut'
  | 'stall'
  | 'garbage'
  | 'split'
  | 'checksum'
  | 'own-sequence'
  | 'errors'
  | 'read-only'
  | 'restart'

export interface Gbt20999DeviceOptions {
  /** Requests that the centre does not repeat for so long are dropped by the controller itself, s. */
  backupS?: number | undefined
  /** Makes the garbage. */
  random: Random
}

const defaultBackupS = 15
const heartbeatMs = 5000

const lampBase = 20
const askedStageBase = 33
const red = 16
const yellow = 48
const green = 32
const greenFlash = 33

const errors = { badValue: 0x10, doesNotExist: 0x30, readOnly: 0x20, general: 0x40 }
const runModes = { centreManual: 21, localCoordinated: 35, localManual: 37, flash: 49 }

/** The numbers by which the device knows what the table names, as its settings file for the driver. */
export function gbt20999SettingsOf(table: JunctionTable, host: string, port: number) {
  return {
    host,
    port,
    controllerId: 0x7e5c7d01,
    centreId: 1,
    crossing: 1,
    groups: Object.fromEntries(
      table.groups.map(({ id }, index) => [id, { phase: index + 1, lamp: lampBase + index + 1 }]),
    ),
    stages: Object.fromEntries(table.stages.map(({ id }, index) => [id, index + 1])),
    urgent: table.approaches.map(({ id }, index) => ({
      approach: id,
      number: index + 1,
      stage: askedStageBase + index,
    })),
    ...(table.priority
      ? {
          priority: table.approaches.map(({ id, group }, index) => ({
            approach: id,
            number: index + 1,
            stage: table.stages.findIndex(({ groups }) => groups.includes(group)) + 1,
          })),
        }
      : {}),
  }
}

/**
 * A controller that speaks GB/T 20999-2017 over TCP, with the edge's real controller logic behind it. Made for tests and
 * for trying the driver: it can be made to fail in the ways that controllers and their lines do.
 */
export class Gbt20999Device implements SoftController {
  readonly #table: JunctionTable
  readonly #random: Random
  readonly #holdMs: number
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  #cabinet: SimulatedController
  #fault: Gbt20999Fault = 'none'
  #urgent = new Set<string>()
  #priority = new Set<string>()
  /** Stage that the centre has designated; 0 none. */
  #designated = 0
  #nowMs = 0
  #upMs = 0
  #heardMs = 0
  #beatMs = 0
  #sequence = 0
  #stage = 0
  received = 0
  sent = 0
  heartbeatsAnswered = 0
  /** The last mode that the centre has named. */
  centreMode: number | undefined

  /** @throws InputError `timing-table` when the table is unsafe */
  constructor(table: JunctionTable, { backupS = defaultBackupS, random }: Gbt20999DeviceOptions) {
    this.#table = table
    this.#random = random
    this.#holdMs = backupS * 1000
    this.#cabinet = new SimulatedController(table)
    this.#server = createServer((socket) => this.#accept(socket))
  }

  /** @returns the port */
  listen(port: number, address: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, address, () => resolve((this.#server.address() as { port: number }).port))
    })
  }

  close(): Promise<void> {
    this.#hangUp()
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
    })
  }

  set fault(fault: Gbt20999Fault) {
    this.#fault = fault
    if (fault === 'cut' || fault === 'restart') this.#hangUp()
    if (fault !== 'restart') return
    this.#cabinet = new SimulatedController(this.#table)
    this.#forget()
    this.#fault = 'none'
  }

  get display(): Display {
    return this.#cabinet.display
  }

  setControl(control: Control): void {
    this.#cabinet.setControl(control)
  }

  settings(host: string, port: number): object {
    return gbt20999SettingsOf(this.#table, host, port)
  }

  get #link(): ControllerLink {
    return this.#cabinet
  }

  step(nowMs: number, upMs: number): void {
    this.#nowMs = nowMs
    this.#upMs = upMs
    if (upMs - this.#heardMs >= this.#holdMs && this.#urgent.size + this.#priority.size + this.#designated > 0) {
      this.#forget()
      this.#demand()
    }
    this.#link.step(nowMs, upMs)
    if (upMs - this.#beatMs >= heartbeatMs) {
      this.#beatMs = upMs
      this.#tell(0x70, [])
    }
    const stage = this.#currentStage()
    if (stage !== this.#stage) this.#tell(0x60, [{ index: 1, name: '13.2.4.1', data: [stage] }])
    this.#stage = stage
  }

  #accept(socket: Socket): void {
    if (this.#fault === 'cut') {
      socket.destroy()
      return
    }
    const cutter = new Cutter()
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      for (const { message } of cutter.push(chunk)) {
        this.received++
        if (message.type === 0x80) this.heartbeatsAnswered++
        else this.#answer(socket, message)
      }
    })
    socket.on('close', () => this.#sockets.delete(socket))
    // The other side may go at any moment.
    socket.on('error', () => socket.destroy())
  }

  #hangUp(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#sockets.clear()
  }

  /** By itself: heartbeats and reports. */
  #tell(type: number, items: Item[]): void {
    this.#sequence = (this.#sequence + 1) % 256
    for (const socket of this.#sockets) this.#send(socket, { sequence: this.#sequence, type, items })
  }

  #send(socket: Socket, message: Message): void {
    if (this.#fault === 'stall') return
    this.sent++
    const { controllerId: controller } = gbt20999SettingsOf(this.#table, '', 0)
    const header = { version: 0x0100, centre: 1, controller, crossing: 1 }
    const bytes = toBytes(header, message, this.#fault === 'checksum' ? 1 : 0)
    if (this.#fault === 'garbage') {
      socket.write(Uint8Array.from({ length: 40 }, () => this.#random.integer(256)))
    } else if (this.#fault === 'split') {
      for (const byte of bytes) socket.write(Uint8Array.of(byte))
    } else socket.write(bytes)
  }

  #answer(socket: Socket, { sequence, type, items }: Message): void {
    if (type === 0x70) {
      this.#send(socket, { sequence, type: 0x80, items: [] })
      return
    }
    if (type !== 0x10 && type !== 0x30) return
    const setting = type === 0x30
    const results = items.map((item) => ({ item, result: setting ? this.#set(item) : this.#get(item.name) }))
    if (setting && results.some(({ result }) => typeof result !== 'number')) {
      this.#heardMs = this.#upMs
      this.#demand()
    }
    const own = this.#fault === 'own-sequence' ? (sequence + 1) % 256 : sequence
    const good = results.flatMap(({ item, result }) => (typeof result === 'number' ? [] : [{ ...item, data: result }]))
    const bad = results.flatMap(({ item, result }) => (typeof result === 'number' ? [{ ...item, data: [result] }] : []))
    if (good.length > 0) this.#send(socket, { sequence: own, type: type + 0x10, items: good })
    if (bad.length > 0) this.#send(socket, { sequence: own, type: type + 0x11, items: bad })
  }

  #forget(): void {
    this.#urgent.clear()
    this.#priority.clear()
    this.#designated = 0
  }

  #demand(): void {
    const called = (asked: ReadonlySet<string>) =>
      this.#table.approaches.filter((_, index) => asked.has(String(index + 1)))
    const designated = this.#table.approaches.filter((_, index) => askedStageBase + index === this.#designated)
    this.#link.demand(
      [...designated, ...called(this.#urgent)].map(({ id: approach }) => ({ approach, urgency: 1 })),
      called(this.#priority).map(({ id: approach, exits }) => ({ approach, exit: exits[0] as string, urgency: 10 })),
    )
  }

  /** @returns the answer's data, or the number of an error */
  #set({ name, data }: Item): number[] | number {
    if (this.#fault === 'errors') return errors.general
    const [head, row = ''] = [name.slice(0, name.lastIndexOf('.')), name.split('.')[3]]
    const asked = head === '8.6.2' ? this.#urgent : head === '8.3.2' ? this.#priority : undefined
    if (asked && this.#fault !== 'read-only') {
      if (data[0] === 1) asked.add(row)
      else asked.delete(row)
      return [0]
    }
    if (head === '17.1.2') return this.#designate(data[0] ?? 0)
    if (head !== '17.1.4') return errors.readOnly
    this.centreMode = data[0]
    // Named any mode of its own, it is under the centre's hand no longer.
    if (data[0] !== runModes.centreManual) this.#designated = 0
    return [0]
  }

  /** Only stages that release an approach; those of the plan come by themselves. */
  #designate(stage: number): number[] | number {
    if (stage !== 0 && !this.#table.approaches[stage - askedStageBase]) return errors.badValue
    // The centre is no match for a hand at the cabinet.
    if (stage !== 0 && ['flash', 'manual'].includes(this.display.mode)) return errors.general
    this.#designated = stage
    return [0]
  }

  #get(name: string): number[] | number {
    if (this.#fault === 'errors') return errors.general
    const [dataClass = 0, object = 0, attribute = 0, row = 0] = name.split('.').map(Number)
    const value = this.#value(`${dataClass}.${object}.${attribute}`, row)
    return value ?? errors.doesNotExist
  }

  #value(head: string, row: number): number[] | undefined {
    const { groups, approaches } = this.#table
    const group = groups[row - 1]
    const lampOf = groups[row - lampBase - 1]
    const losses = group && this.#losses(group.id)
    switch (head) {
      case '3.3.2':
        return lampOf && [this.#lamp(lampOf.id, lampOf.kind === 'pedestrian')]
      case '4.2.2':
        return group && bits([lampBase + row])
      case '4.2.3':
      case '4.2.5':
      case '4.2.7':
        return losses && [losses[(Number(head.at(-1)) - 3) / 2]?.[0] ?? red]
      case '4.2.4':
      case '4.2.6':
      case '4.2.8':
        return losses && [losses[(Number(head.at(-1)) - 4) / 2]?.[1] ?? 0]
      case '4.2.27':
        return group && [0, group.minGreenS]
      case '6.2.2':
        return bits(this.#groupsOfStage(row).map((id) => this.#phase(id)))
      case '6.3.2':
        return [this.#stageState(row)]
      case '6.3.4':
        return [0, this.#remainingS(row)]
      case '7.1.2':
        return (
          group &&
          bits(this.#table.intergreens.filter(({ ends }) => ends === group.id).map(({ begins }) => this.#phase(begins)))
        )
      case '7.2.2':
        return group && this.#intervals(group.id)
      case '10.1.2':
        return sequence(() => 0)
      case '13.2.2':
        return [this.#runMode()]
      case '13.2.4':
        return [this.#currentStage()]
      case '17.1.2':
        return [this.#designated]
      case '8.2.2':
        return approaches[row - 1] && [gbt20999SettingsOf(this.#table, '', 0).priority?.[row - 1]?.stage ?? 0]
      case '8.5.2':
        return approaches[row - 1] && [askedStageBase + row - 1]
      case '8.2.4':
      case '8.5.4':
        return approaches[row - 1] && [0]
      case '8.3.2':
        return [this.#priority.has(String(row)) ? 1 : 0]
      case '8.3.3':
        return [this.#givesPriority(row) ? 1 : 0]
      case '8.6.2':
        return [this.#urgent.has(String(row)) ? 1 : 0]
      case '8.6.3':
        return [this.#executes(row) ? 1 : 0]
      default:
        return undefined
    }
  }

  #phase(id: string): number {
    return this.#table.groups.findIndex((group) => group.id === id) + 1
  }

  #groupsOfStage(stage: number): readonly string[] {
    const approach = this.#table.approaches[stage - askedStageBase]
    return approach ? groupsOf(approach) : (this.#table.stages[stage - 1]?.groups ?? [])
  }

  /** Colours and seconds in which a phase loses its green. */
  #losses(id: string): [number, number][] {
    const group = this.#table.groups.find((one) => one.id === id) as JunctionTable['groups'][number]
    if (group.kind === 'pedestrian') return [[greenFlash, group.clearanceS]]
    return [
      [greenFlash, group.greenFlashS],
      [yellow, group.yellowS],
    ]
  }

  /** Tenths of a second from the end of this green to the start of each other one. */
  #intervals(id: string): number[] {
    const group = this.#table.groups.find((one) => one.id === id) as JunctionTable['groups'][number]
    return sequence((phase) => {
      const begins = this.#table.groups[phase - 1]?.id
      const pair = this.#table.intergreens.find((one) => one.ends === id && one.begins === begins)
      return pair ? Math.round((tailS(group) + pair.redS) * 10) : 0
    })
  }

  #lamp(id: string, pedestrian: boolean): number {
    const display = this.#link.report()?.display
    const state = display?.groups[id]
    if (display?.greenFlash.includes(id)) return greenFlash
    if (state?.endsWith('Movement-Allowed')) return green
    if (state?.endsWith('clearance')) return pedestrian ? greenFlash : yellow
    if (state === 'caution-Conflicting-Traffic') return 49
    return state === 'stop-And-Remain' ? red : 1
  }

  #runMode(): number {
    const mode = this.#link.report()?.display.mode
    if (mode === 'flash') return runModes.flash
    if (mode === 'manual') return runModes.localManual
    return this.#designated === 0 ? runModes.localCoordinated : runModes.centreManual
  }

  #currentStage(): number {
    const report = this.#link.report()
    const approach = report?.preempt.approach
    if (approach !== undefined) return askedStageBase + this.#table.approaches.findIndex(({ id }) => id === approach)
    return this.#table.stages.findIndex(({ id }) => id === report?.display.stage) + 1
  }

  #stageState(stage: number): number {
    if (stage !== this.#currentStage() || stage === 0) return 16
    const { state } = this.#link.report()?.preempt ?? {}
    if (stage >= askedStageBase) return state === 'dwell' ? 32 : 48
    const groups = this.#link.report()?.display.groups ?? {}
    return this.#groupsOfStage(stage).every((id) => groups[id]?.endsWith('Movement-Allowed')) ? 32 : 48
  }

  #remainingS(stage: number): number {
    const endMs = this.#link.report()?.display.minEndMs
    if (stage !== this.#currentStage() || endMs === undefined) return 0
    return Math.min(255, Math.max(0, Math.ceil((endMs - this.#nowMs) / 1000)))
  }

  #executes(row: number): boolean {
    const preempt = this.#link.report()?.preempt
    const serving = preempt?.state === 'entryStarted' || preempt?.state === 'dwell'
    const id = this.#table.approaches[row - 1]?.id
    return serving && id !== undefined && (preempt.approach === id || preempt.together?.includes(id) === true)
  }

  #givesPriority(row: number): boolean {
    const priority = this.#link.report()?.priority
    return (
      priority !== undefined &&
      priority.state !== 'notActive' &&
      priority.approach === this.#table.approaches[row - 1]?.id
    )
  }
}

/** Eight bytes; the last bit of the last one is number 1. */
function bits(numbers: readonly number[]): number[] {
  const bytes = new Array<number>(8).fill(0)
  for (const number of numbers) bytes[7 - Math.floor((number - 1) / 8)]! |= 1 << ((number - 1) % 8)
  return bytes
}

/** 64 bytes; the last one is number 1. */
const sequence = (of: (number: number) => number): number[] => Array.from({ length: 64 }, (_, at) => of(64 - at))
