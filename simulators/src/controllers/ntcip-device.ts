import type { JunctionTable, MovementState } from '@clearway/contracts'
import { type Control, type Display, isGreen, SimulatedController } from '@clearway/edge'
import { NtcipMib, type SnmpAccess } from './ntcip-mib.ts'
import { driverSettings, type Numbering, numberingOf } from './ntcip-numbering.ts'
import type { SoftController } from './soft-controller.ts'

export interface NtcipDeviceOptions extends SnmpAccess {
  /** `unitBackupTime`, s. */
  backupS?: number | undefined
}

/** Longest pre-emption of the controller inside; the columns of the device decide before. */
const innerPresenceS = 600
const defaultBackupS = 15
/** The safe value of the columns of which the lesser acts. */
const own = 255

const notFlash = 2
const localManualFlash = 4
const mmuFlash = 6
const startUpFlash = 7
const unit = { systemControl: 2, backupMode: 4, manual: 5, timebase: 6 }
const free = { notFree: 2, transitionFree: 4 }
const preemptStates = { notActive: 2, notActiveWithCall: 3, entryStarted: 4, dwell: 6, exitStarted: 8, maxPresence: 9 }
/** `ringStatus`, bits 0 to 2. */
const interval = { minimumGreen: 0, greenRest: 3, yellow: 4, redRest: 6 }

interface Row {
  number: number
  approach: string
  onMs: number
  servedMs: number
  /** On for the maximum presence: ignored until it goes off once. */
  spent: boolean
  /** Called for, in dwell, or being left. */
  active: boolean
}

/**
 * A signal controller that speaks NTCIP 1202 over SNMP: the simulated controller with its conflict monitor inside, and
 * the unit's own rules round it: backup time, maximum presence, delay and minimum duration of each preempt. Yellow, red
 * and pedestrian clearance stay whole whatever the preempt columns say.
 */
export class NtcipDevice implements SoftController {
  readonly #table: JunctionTable
  readonly #numbering: Numbering
  readonly #options: NtcipDeviceOptions
  readonly #mib: NtcipMib
  readonly #inner: SimulatedController
  readonly #rows: Row[]
  readonly #greenSinceMs = new Map<string, number>()
  #flashed = false
  #byHand = false
  #startedMs: number | undefined
  #lastMs = 0
  /** Since the last SET to a control object; undefined: none since the start or since the backup. */
  #silentMs: number | undefined
  #inBackup = false

  /** @throws InputError `timing-table` when the table is unsafe */
  constructor(table: JunctionTable, options: NtcipDeviceOptions) {
    this.#table = table
    this.#options = options
    this.#numbering = numberingOf(table)
    this.#inner = new SimulatedController({
      ...table,
      preempt: { ...table.preempt, maxPresenceS: innerPresenceS },
    })
    this.#rows = this.#numbering.preempts.map(({ number, approach }) => {
      return { number, approach, onMs: 0, servedMs: 0, spent: false, active: false }
    })
    this.#mib = new NtcipMib((object) => {
      if (object !== 'preemptControlTable') return
      this.#silentMs = 0
      this.#inBackup = false
    })
    this.#program()
  }

  /** What the street sees. */
  get display(): Display {
    return this.#inner.display
  }

  /** Whether this preempt is called through SNMP. */
  called(row: number): boolean {
    return this.#mib.read('preemptControlState', row) === 1
  }

  listen(port: number, address: string): Promise<number> {
    return this.#mib.listen(port, address, this.#options)
  }

  close(): void {
    this.#mib.close()
  }

  settings(host: string, port: number): object {
    const { community, user } = this.#options
    const keys = (authKey?: string, privKey?: string) => ({
      level: privKey ? 'authPriv' : authKey ? 'authNoPriv' : 'noAuthNoPriv',
      ...(authKey ? { authKey } : {}),
      ...(privKey ? { privKey } : {}),
    })
    const v3 = user && { version: '3', user: user.name, ...keys(user.authKey, user.privKey) }
    return { host, port, snmp: v3 ?? { version: '2c', community }, ...driverSettings(this.#numbering) }
  }

  setControl(control: Control): void {
    this.#flashed = control.by === 'flash'
    this.#byHand = control.by === 'hand'
    this.#inner.setControl(control)
  }

  step(nowMs: number, upMs: number): void {
    this.#startedMs ??= upMs
    const elapsedMs = Math.max(0, upMs - (this.#lastMs || upMs))
    this.#lastMs = upMs
    this.#backUp(elapsedMs)
    const calls = this.#rows.flatMap((row) => {
      if (!this.#calls(row, elapsedMs)) return []
      row.active = true
      return this.#dwelling(row).map((approach) => ({ approach, urgency: row.number }))
    })
    this.#inner.demand(calls.filter(({ approach }, at) => calls.findIndex((call) => call.approach === approach) === at))
    this.#inner.step(nowMs, upMs)
    this.#mib.age((upMs - this.#startedMs) / 1000)
    this.#publish(upMs)
  }

  /** Backup Mode: no SET to a control object for `unitBackupTime`, so every remote call is dropped. */
  #backUp(elapsedMs: number): void {
    if (this.#silentMs === undefined) return
    this.#silentMs += elapsedMs
    const backupS = this.#mib.read('unitBackupTime', 0)
    if (backupS === 0 || this.#silentMs < backupS * 1000) return
    for (const { number } of this.#rows) this.#mib.write('preemptControlState', number, 0)
    this.#silentMs = undefined
    this.#inBackup = true
  }

  /** Whether the controller inside is to serve this preempt now. */
  #calls(row: Row, elapsedMs: number): boolean {
    const read = (column: string) => this.#mib.read(column, row.number)
    const on = this.called(row.number)
    if (on) row.onMs += elapsedMs
    else {
      row.onMs = 0
      row.spent = false
    }
    const presenceS = read('preemptMaximumPresence')
    if (presenceS > 0 && row.onMs >= presenceS * 1000) row.spent = true
    const started = on && row.onMs >= read('preemptDelay') * 1000
    const held = row.servedMs > 0 && row.servedMs < read('preemptMinimumDuration') * 1000
    const calls = !row.spent && (started || held)
    row.servedMs = calls ? row.servedMs + elapsedMs : 0
    return calls
  }

  /** Approaches that are green in dwell: the row's own, and every other whose phases are all in the column. */
  #dwelling({ number, approach }: Row): string[] {
    const phases = this.#mib.octets('preemptDwellPhase', number)
    const others = this.#numbering.preempts.filter(({ dwell }) => dwell.every((each) => phases.includes(each)))
    return [...new Set([approach, ...others.map((other) => other.approach)])]
  }

  #program(): void {
    const { phases, overlaps, preempts } = this.#numbering
    const highest = Math.max(...phases.map(({ number }) => number))
    const scalars: Record<string, number> = {
      maxPhases: highest,
      maxPhaseGroups: Math.ceil(highest / 8),
      unitBackupTime: this.#options.backupS ?? defaultBackupS,
      unitControlStatus: unit.timebase,
      unitFlashStatus: startUpFlash,
      coordPatternStatus: 1,
      localFreeStatus: free.transitionFree,
      maxPreempts: preempts.length,
      maxRings: Math.max(...phases.map(({ ring }) => ring)),
      maxOverlaps: overlaps.length,
      sysUpTime: 0,
    }
    for (const [name, value] of Object.entries(scalars)) this.#mib.write(name, 0, value)
    for (let number = 1; number <= highest; number++) {
      const phase = phases.find((each) => each.number === number)
      const { vehicle, ped } = phase ?? {}
      this.#mib.addRow('phaseTable', number, {
        phaseWalk: Math.ceil(ped?.minGreenS ?? 0),
        phasePedestrianClear: Math.ceil(ped?.clearanceS ?? 0),
        phaseMinimumGreen: Math.ceil(vehicle?.minGreenS ?? 0),
        phaseMaximum1: vehicle?.maxGreenS ?? own,
        phaseYellowChange: Math.ceil((vehicle?.yellowS ?? 3) * 10),
        phaseRedClear: Math.ceil((phase?.redS ?? 0) * 10),
        phaseOptions: phase ? 1 : 0,
        phaseRing: phase?.ring ?? 0,
        phaseConcurrency: phase?.concurrent ?? [],
      })
    }
    for (const number of groupsUpTo(highest)) this.#mib.addRow('phaseStatusGroupTable', number)
    for (let ring = 1; ring <= (scalars.maxRings as number); ring++) this.#mib.addRow('ringStatusTable', ring)
    for (const { number, phases: included, yellowS, redS } of overlaps) {
      this.#mib.addRow('overlapTable', number, {
        overlapType: 2,
        overlapIncludedPhases: included,
        overlapTrailYellow: Math.ceil(yellowS * 10),
        overlapTrailRed: Math.ceil(redS * 10),
      })
    }
    for (const number of groupsUpTo(overlaps.length)) this.#mib.addRow('overlapStatusGroupTable', number)
    for (const { number, dwell, dwellOverlaps } of preempts) {
      this.#mib.addRow('preemptTable', number, {
        preemptControl: 1,
        preemptMinimumGreen: Math.ceil(this.#table.preempt.minGreenS),
        preemptMinimumWalk: Math.ceil(this.#table.preempt.minWalkS ?? 0),
        preemptEnterPedClear: own,
        preemptDwellGreen: Math.ceil(this.#table.preempt.minDwellS),
        preemptMaximumPresence: this.#table.preempt.maxPresenceS,
        preemptDwellPhase: dwell,
        preemptDwellOverlap: dwellOverlaps,
        preemptState: preemptStates.notActive,
        preemptEnterYellowChange: own,
        preemptEnterRedClear: own,
        preemptTrackYellowChange: own,
        preemptTrackRedClear: own,
      })
      this.#mib.addRow('preemptControlTable', number)
    }
  }

  #publish(upMs: number): void {
    const { display, trip } = this.#inner
    const flashing = display.mode === 'flash'
    const flash = trip ? mmuFlash : this.#flashed ? localManualFlash : startUpFlash
    this.#mib.write('unitFlashStatus', 0, flashing ? flash : notFlash)
    this.#mib.write('unitControlStatus', 0, this.#unitControl())
    const coordinated = display.mode === 'coordinated'
    this.#mib.write('localFreeStatus', 0, coordinated ? free.notFree : free.transitionFree)
    this.#publishOutputs(display)
    this.#publishRings(display, upMs)
    this.#publishPreempts()
  }

  #unitControl(): number {
    if (this.#byHand) return unit.manual
    if (this.#inBackup) return unit.backupMode
    return this.#silentMs === undefined ? unit.timebase : unit.systemControl
  }

  #publishOutputs({ groups }: Display): void {
    const { phases, overlaps } = this.#numbering
    const masks = new Map<string, number[]>()
    const light = (column: string, number: number) => {
      const mask = masks.get(column) ?? []
      const group = Math.floor((number - 1) / 8)
      mask[group] = (mask[group] ?? 0) | (1 << ((number - 1) % 8))
      masks.set(column, mask)
    }
    for (const { number, vehicle, ped } of phases) {
      const drive = colourOf(vehicle && groups[vehicle.id])
      const walk = colourOf(ped && groups[ped.id])
      if (drive) light(`phaseStatusGroup${drive}s`, number)
      if (walk)
        light(
          { Red: 'phaseStatusGroupDontWalks', Yellow: 'phaseStatusGroupPedClears', Green: 'phaseStatusGroupWalks' }[
            walk
          ],
          number,
        )
      if ((drive ?? walk) !== 'Red' && (drive ?? walk)) light('phaseStatusGroupPhaseOns', number)
    }
    for (const { number, group } of overlaps) {
      const colour = colourOf(groups[group])
      if (colour) light(`overlapStatusGroup${colour}s`, number)
    }
    const write = (columns: readonly string[], count: number) => {
      for (const group of groupsUpTo(count)) {
        for (const column of columns) this.#mib.write(column, group, masks.get(column)?.[group - 1] ?? 0)
      }
    }
    const columns = ['Reds', 'Yellows', 'Greens']
    const phaseColumns = [...columns, 'DontWalks', 'PedClears', 'Walks', 'PhaseOns']
    write(
      phaseColumns.map((name) => `phaseStatusGroup${name}`),
      Math.max(...phases.map(({ number }) => number)),
    )
    write(
      columns.map((name) => `overlapStatusGroup${name}`),
      overlaps.length,
    )
  }

  #publishRings({ groups }: Display, upMs: number): void {
    const coded = new Map<number, number>()
    for (const { vehicle, ring } of this.#numbering.phases) {
      if (!vehicle) continue
      const colour = colourOf(groups[vehicle.id])
      if (colour !== 'Green') this.#greenSinceMs.delete(vehicle.id)
      else if (!this.#greenSinceMs.has(vehicle.id)) this.#greenSinceMs.set(vehicle.id, upMs)
      const sinceMs = this.#greenSinceMs.get(vehicle.id) ?? upMs
      const timed = upMs - sinceMs >= vehicle.minGreenS * 1000
      if (colour === 'Green') coded.set(ring, timed ? interval.greenRest : interval.minimumGreen)
      else if (colour === 'Yellow') coded.set(ring, interval.yellow)
    }
    const rings = new Set(this.#numbering.phases.map(({ ring }) => ring))
    for (const ring of rings) this.#mib.write('ringStatus', ring, coded.get(ring) ?? interval.redRest)
  }

  #publishPreempts(): void {
    const { state, approach } = this.#inner.report()?.preempt ?? {}
    const acting = state === 'entryStarted' || state === 'dwell' || state === 'exitStarted' ? state : undefined
    if (!acting) for (const row of this.#rows) row.active = false
    const serving = this.#rows.find((row) => row.active && approach && this.#dwelling(row).includes(approach))
    for (const row of this.#rows) {
      const idle = this.called(row.number) ? preemptStates.notActiveWithCall : preemptStates.notActive
      const state = row === serving && acting ? preemptStates[acting] : idle
      this.#mib.write('preemptState', row.number, row.spent ? preemptStates.maxPresence : state)
    }
  }
}

const groupsUpTo = (count: number): number[] => Array.from({ length: Math.ceil(count / 8) }, (_, index) => index + 1)

function colourOf(state: MovementState | undefined): 'Red' | 'Yellow' | 'Green' | undefined {
  if (isGreen(state)) return 'Green'
  if (state === 'stop-And-Remain') return 'Red'
  return state === 'protected-clearance' || state === 'permissive-clearance' ? 'Yellow' : undefined
}
