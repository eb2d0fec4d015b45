import { inConflict, type JunctionTable, type MovementState, type SignalRequest } from '@clearway/contracts'
import { type Control, type Display, isGreen, SimulatedController, type Trip } from '../../src/index.ts'
import type { Blame, Planted } from './rehearsal.ts'

/** A fault of controller, arbiter or agent, by what it does at their boundaries, and who has to notice. */
export interface PlantedFault {
  name: string
  /** Made anew for every run: a fault may remember. */
  plant: (table: JunctionTable) => Planted
  blame: Blame
  /** What a conflict monitor that sees the same display trips on. */
  trip?: Trip['cause']
}

const red = 'stop-And-Remain'
const isYellow = (state: MovementState | undefined) =>
  state === 'permissive-clearance' || state === 'protected-clearance'

/** Repaints the faces of a table, each with how long its true state has been shown, ms. */
function painted(
  { groups: all }: JunctionTable,
  face: (state: MovementState, forMs: number, id: string, was: MovementState) => MovementState,
): Planted {
  const seen = new Map<string, { state: MovementState; was: MovementState; sinceMs: number }>()
  return {
    paint: (display, trueMs) => {
      const groups: Record<string, MovementState> = {}
      for (const { id } of all) {
        const state = display.groups[id] as MovementState
        const before = seen.get(id)
        if (before?.state !== state) seen.set(id, { state, was: before?.state ?? state, sinceMs: trueMs })
        const { sinceMs, was } = seen.get(id) as { sinceMs: number; was: MovementState }
        groups[id] = face(state, trueMs - sinceMs, id, was)
      }
      const greenFlash = display.greenFlash.filter((id) => isGreen(groups[id]))
      return { ...display, groups, greenFlash }
    },
  }
}

const kindOf = ({ groups }: JunctionTable, id: string) => groups.find((group) => group.id === id)?.kind

/** A cabinet that cuts its greens when a hand sets it to flashing. */
class Careless extends SimulatedController {
  #flashes = false
  readonly #groups: JunctionTable['groups']

  constructor(table: JunctionTable) {
    super(table)
    this.#groups = table.groups
  }

  override setControl(control: Control): void {
    this.#flashes = control.by === 'flash'
    super.setControl(control)
  }

  override get display(): Display {
    const display = super.display
    if (!this.#flashes) return display
    const groups: Record<string, MovementState> = {}
    for (const { id } of this.#groups) groups[id] = 'caution-Conflicting-Traffic'
    return { ...display, mode: 'flash', groups, greenFlash: [] }
  }
}

/** A cabinet whose detectors are not wired. */
class Deaf extends SimulatedController {
  override detect(): void {}
}

let fresh = 1000
const anew = (message: SignalRequest): SignalRequest => ({ ...message, sequence: fresh++ })

export const plantedFaults: readonly PlantedFault[] = [
  {
    name: 'a yellow that is a second short',
    plant: (table) =>
      painted(table, (state, forMs, id) =>
        isYellow(state) && kindOf(table, id) === 'vehicle' && forMs >= 2000 ? red : state,
      ),
    blame: 'yellow',
    trip: 'short-yellow',
  },
  {
    name: 'no yellow at all',
    plant: (table) =>
      painted(table, (state, _, id) => (isYellow(state) && kindOf(table, id) === 'vehicle' ? red : state)),
    blame: 'yellow',
    trip: 'short-yellow',
  },
  {
    name: 'an all-red that begins late',
    plant: (table) =>
      painted(table, (state, forMs, id, was) =>
        state === red && isYellow(was) && kindOf(table, id) === 'vehicle' && forMs < 1000 ? was : state,
      ),
    blame: 'red',
    trip: 'short-red',
  },
  {
    name: 'a conflicting green',
    plant: (table) => ({
      paint: (display) => {
        const green = table.groups.find(({ id }) => isGreen(display.groups[id]))?.id
        const other = green && table.groups.find(({ id }) => inConflict(table, green, id))?.id
        if (!other) return display
        return { ...display, groups: { ...display.groups, [other]: 'permissive-Movement-Allowed' } }
      },
    }),
    blame: 'conflict',
    trip: 'conflict',
  },
  {
    name: 'no green flash',
    plant: () => ({ paint: (display) => ({ ...display, greenFlash: [] }) }),
    blame: 'green-flash',
    trip: 'short-green-flash',
  },
  {
    name: 'a pedestrian clearance that is cut',
    plant: (table) =>
      painted(table, (state, forMs, id) =>
        isYellow(state) && kindOf(table, id) === 'pedestrian' && forMs >= 4000 ? red : state,
      ),
    blame: 'clearance',
    trip: 'short-clearance',
  },
  {
    name: 'a green below its minimum',
    plant: (table) =>
      painted(table, (state, forMs, id) =>
        isGreen(state) && kindOf(table, id) === 'vehicle' && forMs >= 2000 ? 'permissive-clearance' : state,
      ),
    blame: 'minimum-green',
    trip: 'short-green',
  },
  {
    name: 'a walk that is cut outside a pre-emption',
    plant: (table) =>
      painted(table, (state, forMs, id) =>
        isGreen(state) && kindOf(table, id) === 'pedestrian' && forMs >= 3000 ? 'protected-clearance' : state,
      ),
    blame: 'minimum-green',
  },
  { name: 'flashing without clearance', plant: () => ({ cabinet: (table) => new Careless(table) }), blame: 'flash' },
  {
    name: 'a green granted when it was only sent',
    plant: () => ({
      say: (answer) => (answer.status === 'processing' ? { ...answer, status: 'granted' } : answer),
    }),
    blame: 'granted',
  },
  {
    name: 'a lease that never ends',
    plant: () => {
      const calls = new Map<string, { approach: string; urgency: number }>()
      return {
        demand: (wanted) => {
          for (const call of wanted) calls.set(call.approach, call)
          return [...calls.values()]
        },
      }
    },
    blame: 'lease',
  },
  {
    name: 'a maximum presence that is not kept',
    plant: () => ({
      cabinet: (table) => new SimulatedController({ ...table, preempt: { ...table.preempt, maxPresenceS: 600 } }),
    }),
    blame: 'presence',
  },
  { name: 'sequence numbers ignored', plant: () => ({ hear: anew }), blame: 'replay' },
  {
    name: 'intervals measured by a clock that is set',
    plant: () => ({ upMs: (_, nowMs) => nowMs }),
    blame: 'clearance',
  },
  {
    name: 'a bus taken for an ambulance',
    plant: () => ({
      hear: (message) => (message.role === 'bus' ? { ...message, role: 'ambulance' } : message),
    }),
    blame: 'bus',
  },
  {
    name: 'a recovery beside the clock',
    plant: () => ({
      cabinet: (table) => new SimulatedController({ ...table, offsetS: (table.offsetS + 9) % table.cycleS }),
    }),
    blame: 'coordinated',
  },
  {
    name: 'two phases of one ring',
    plant: ({ rings }) => ({
      paint: (display) => {
        const [first, second] = (rings?.phases ?? []).slice(1, 4).map((phase) => phase.groups[0] as string)
        if (!first || !second || !isGreen(display.groups[first])) return display
        return { ...display, groups: { ...display.groups, [second]: 'permissive-Movement-Allowed' } }
      },
    }),
    blame: 'barrier',
    trip: 'conflict',
  },
  {
    name: 'detectors that nobody reads',
    plant: () => ({ cabinet: (table) => new Deaf(table) }),
    blame: 'served',
  },
  {
    name: 'a backup timer that never ends a call',
    plant: () => ({
      cabinet: (table) => {
        const patient = { ...table, preempt: { ...table.preempt, maxPresenceS: 600 } }
        return new SimulatedController(patient, patient, 600)
      },
    }),
    blame: 'local',
  },
]
