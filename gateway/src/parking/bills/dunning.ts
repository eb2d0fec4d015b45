import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compile, InputError, LocalText, OneOf } from '@clearway/contracts'
import { type Static, Type } from 'typebox'
import { parse } from 'yaml'

const dayMs = 86_400_000

const DunningStep = Type.Object({
  afterDays: Type.Integer({ minimum: 0, maximum: 3650, description: 'since the bill was issued' }),
  /** Whoever sends notices picks those of his channel. */
  channel: OneOf('message', 'letter', 'none'),
  stage: Type.Optional(OneOf('issued', 'overdue', 'collection')),
  text: LocalText,
})
export type DunningStep = Static<typeof DunningStep>

const steps = compile(Type.Array(DunningStep, { maxItems: 50 }))

/**
 * The steps of a file, in order of time.
 *
 * @param file YAML; absent: the steps that ship
 * @throws InputError naming the file and the step that comes before the one before it, or goes back
 */
export function readDunning(file?: string): DunningStep[] {
  const path = file ?? fileURLToPath(new URL('./dunning.yaml', import.meta.url))
  let content: unknown
  try {
    content = parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const message = `${path} cannot be read: ${(error as Error).message}`
    throw new InputError('dunning', `parking.bills.dunningFile ${message}`, [
      { field: 'parking.bills.dunningFile', message },
    ])
  }
  const read = steps.require(content, path)
  const order = ['issued', 'overdue', 'collection']
  for (const [i, step] of read.entries()) {
    const before = read[i - 1]
    const fault = (field: string, message: string) =>
      new InputError('dunning', `${path}: ${i}.${field} ${message}`, [{ field: `${i}.${field}`, message }])
    if (!before) continue
    if (step.afterDays <= before.afterDays)
      throw fault('afterDays', `${step.afterDays} must be more than ${before.afterDays}, that of the step before`)
    if (order.indexOf(step.stage ?? 'issued') < order.indexOf(before.stage ?? 'issued'))
      throw fault('stage', `${step.stage ?? 'issued'} comes before ${before.stage}, that of the step before`)
  }
  return read
}

/** When the step is due; null: there is none after it. Steps count from 1. */
export const stepDueMs = (dunning: readonly DunningStep[], step: number, issuedMs: number): number | null => {
  const next = dunning[step - 1]
  return next ? issuedMs + next.afterDays * dayMs : null
}

/**
 * The step to take now: of several that are due the last, since nobody is to get three reminders at once.
 *
 * @param from the first that has not been taken
 */
export function stepNow(
  dunning: readonly DunningStep[],
  from: number,
  issuedMs: number,
  nowMs: number,
): number | undefined {
  let due: number | undefined
  for (let step = from; step <= dunning.length; step++) {
    if ((stepDueMs(dunning, step, issuedMs) as number) <= nowMs) due = step
  }
  return due
}

/** The texts with what they are about. */
export function fillIn(text: LocalText, values: Readonly<Record<string, string>>): LocalText {
  const fill = (template: string) => template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
  return { ...(text.zh && { zh: fill(text.zh) }), ...(text.en && { en: fill(text.en) }) }
}
