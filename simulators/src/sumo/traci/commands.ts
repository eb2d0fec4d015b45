import { double, type Part, Reader, string, type Typed, typed, ubyte } from './codec.ts'

/* What is used of TraCI's commands. @see https://sumo.dlr.de/docs/TraCI.html */

/** What can be asked about and subscribed to: the low digit of the command. */
export const domain = {
  loop: 0x0,
  signal: 0x2,
  lane: 0x3,
  vehicle: 0x4,
  edge: 0xa,
  simulation: 0xb,
  laneArea: 0xd,
} as const
export type Domain = keyof typeof domain

/** Variables by the names of the specification. */
export const variable = {
  ids: 0x00,
  vehicleNumber: 0x10,
  vehicleIds: 0x12,
  occupancy: 0x13,
  haltingNumber: 0x14,
  meanSpeed: 0x11,
  jamLengthM: 0x19,
  signalState: 0x20,
  signalProgram: 0x23,
  speed: 0x40,
  position: 0x42,
  angle: 0x43,
  road: 0x50,
  laneId: 0x51,
  edges: 0x54,
  lanePositionM: 0x56,
  route: 0x57,
  time: 0x66,
  departedIds: 0x74,
  arrivedIds: 0x7a,
  expectedNumber: 0x7d,
} as const
export type Variable = (typeof variable)[keyof typeof variable]

export const commandId = {
  version: 0x00,
  step: 0x02,
  close: 0x7f,
  getBase: 0xa0,
  setBase: 0xc0,
  subscribeBase: 0xd0,
} as const
/** A get is answered, beside its status, with the number of the command and this. */
export const answerOffset = 0x10

/** From now on and without end, as the specification writes it. */
const ALWAYS = -1073741824

export const versionCommand: Part = { id: commandId.version, content: Buffer.alloc(0) }
export const closeCommand: Part = { id: commandId.close, content: Buffer.alloc(0) }
/** One step of the simulation. */
export const stepCommand: Part = { id: commandId.step, content: double(0) }

/** Steps up to a time, s. */
export const runCommand = (timeS: number): Part => ({ id: commandId.step, content: double(timeS) })

export function getCommand(of: Domain, what: Variable, object: string): Part {
  return { id: commandId.getBase + domain[of], content: Buffer.concat([ubyte(what), string(object)]) }
}

export function setCommand(of: Domain, what: Variable, object: string, value: Typed): Part {
  return { id: commandId.setBase + domain[of], content: Buffer.concat([ubyte(what), string(object), typed(value)]) }
}

/** The values of `what` arrive after this command and after every step. No variables ends the subscription. */
export function subscribeCommand(of: Domain, object: string, what: readonly Variable[]): Part {
  const content = [double(ALWAYS), double(ALWAYS), string(object), ubyte(what.length), Buffer.from(what)]
  return { id: commandId.subscribeBase + domain[of], content: Buffer.concat(content) }
}

/** How a command ended. */
export interface Status {
  id: number
  /** 0 ok, 1 not implemented, 255 failed. */
  result: number
  text: string
}

export function statusOf({ id, content }: Part): Status {
  const reader = new Reader(content)
  return { id, result: reader.ubyte(), text: reader.string() }
}

/** What was subscribed to of one object. */
export interface Values {
  domain: Domain
  object: string
  values: ReadonlyMap<number, Typed>
}

const domainOf = new Map(Object.entries(domain).map(([name, digit]) => [digit as number, name as Domain]))
const resultBase = 0xe0

/** Undefined where a variable could not be read: its object has left the simulation. */
export function valuesOf({ id, content }: Part): Values | undefined {
  const of = domainOf.get(id - resultBase)
  if (of === undefined) return undefined
  const reader = new Reader(content)
  const object = reader.string()
  const values = new Map<number, Typed>()
  const count = reader.ubyte()
  for (let i = 0; i < count; i++) {
    const what = reader.ubyte()
    const failed = reader.ubyte() !== 0
    const value = reader.typed()
    if (failed) return undefined
    values.set(what, value)
  }
  return { domain: of, object, values }
}
