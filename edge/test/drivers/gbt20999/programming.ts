import { type JunctionTable, tailS } from '@clearway/contracts'
import { type ObjectId, objectId } from '../../../src/drivers/gbt20999/objects.ts'
import type { Answer } from '../../../src/drivers/gbt20999/session.ts'
import { requireSite, type Site } from '../../../src/drivers/gbt20999/settings.ts'
import { crossing } from '../../fixtures.ts'

/** The stage that an approach's request asks for. */
const askedStage = (index: number) => 11 + index

export const table = crossing()
const phaseOf = (group: string) => table.groups.findIndex(({ id }) => id === group) + 1

export const settings = () => ({
  host: '10.0.0.9',
  port: 8881,
  controllerId: 17,
  centreId: 1,
  crossing: 1,
  groups: Object.fromEntries(table.groups.map(({ id }, index) => [id, { phase: index + 1, lamp: index + 21 }])),
  stages: { s1: 1, s2: 2 } as Record<string, number>,
  urgent: table.approaches.map(({ id: approach }, index) => ({
    approach,
    number: index + 1,
    stage: askedStage(index),
  })),
})

export const site = (more: object = {}): Site => requireSite({ ...settings(), ...more }, table)

const bits = (numbers: readonly number[]) => {
  const field = numbers.reduce((sum, number) => sum | (1n << BigInt(number - 1)), 0n)
  return Uint8Array.from(Buffer.from(field.toString(16).padStart(16, '0'), 'hex'))
}
/** 64 bytes, number 1 at the end. */
const sequence = (of: (number: number) => number) => Uint8Array.from({ length: 64 }, (_, at) => of(64 - at))

/** @param name `8.6.2.1` */
export const named = (name: string): ObjectId => {
  const [dataClass = 0, object = 0, attribute = 0, element = 0] = name.split('.').map(Number)
  return objectId(dataClass, object, attribute, element)
}

/** What a controller answers that is programmed exactly as the table says; a test spoils a single value. */
export function soundProgramming(): Map<ObjectId, Answer> {
  const read = new Map<ObjectId, Answer>()
  const put = (name: string, data: Uint8Array) => read.set(named(name), { data })
  const one = (value: number) => Uint8Array.of(value)
  table.groups.forEach((group, index) => {
    const phase = index + 1
    const pedestrian = group.kind === 'pedestrian'
    const losses = [
      [33, pedestrian ? group.clearanceS : group.greenFlashS],
      [48, pedestrian ? 0 : group.yellowS],
      [16, 0],
    ] as const
    const pairs = table.intergreens.filter(({ ends }) => ends === group.id)
    put(`4.2.2.${phase}`, bits([phase + 20]))
    losses.forEach(([colour, timeS], step) => {
      put(`4.2.${3 + 2 * step}.${phase}`, one(colour))
      put(`4.2.${4 + 2 * step}.${phase}`, one(timeS))
    })
    put(`4.2.27.${phase}`, Uint8Array.of(0, group.minGreenS))
    put(`7.1.2.${phase}`, bits(pairs.map(({ begins }) => phaseOf(begins))))
    put(
      `7.2.2.${phase}`,
      sequence((to) => {
        const pair = pairs.find(({ begins }) => phaseOf(begins) === to)
        return pair ? Math.round((tailS(group) + pair.redS) * 10) : 0
      }),
    )
  })
  table.stages.forEach(({ groups }: JunctionTable['stages'][number], index) => {
    put(`6.2.2.${index + 1}`, bits(groups.map(phaseOf)))
  })
  table.approaches.forEach(({ group }, index) => {
    put(`6.2.2.${askedStage(index)}`, bits([phaseOf(group)]))
    put(
      `10.1.2.${askedStage(index)}`,
      sequence(() => 0),
    )
    put(`8.5.2.${index + 1}`, one(askedStage(index)))
    put(`8.5.4.${index + 1}`, one(0))
  })
  return read
}
