import { compile, type FieldError, InputError, type JunctionTable, OneOf } from '@clearway/contracts'
import { type Static, Type } from 'typebox'
import { type Assumed, assumedWith, assumptions } from './assumptions.ts'
import type { RequestKind } from './objects.ts'

const Number1To64 = Type.Integer({ minimum: 1, maximum: 64 })

const Overrides = Type.Object(
  Object.fromEntries(
    Object.entries(assumptions).map(([key, { value }]) => [
      key,
      Type.Optional(typeof value === 'boolean' ? Type.Boolean() : Type.Number()),
    ]),
  ),
  { additionalProperties: false },
)

const RequestNumber = Type.Integer({ minimum: 1, maximum: 64, description: 'row of the request in data class 8' })
const RequestRow = {
  approach: Type.String({ maxLength: 32 }),
  stage: Type.Integer({ minimum: 1, maximum: 64, description: 'the stage that is asked for' }),
}

/** How one controller is reached and which of its numbers stands for what. Unknown keys are refused. */
export const Gbt20999Settings = Type.Object(
  {
    host: Type.String({ minLength: 1 }),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    controllerId: Type.Integer({ minimum: 0, maximum: 0xffffffff }),
    centreId: Type.Integer({ minimum: 0, maximum: 255 }),
    crossing: Type.Integer({ minimum: 0, maximum: 255, description: 'crossing number in the header of every frame' }),
    crossingRow: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 8, description: 'row of the crossing in classes 13 and 17; 1 if absent' }),
    ),
    groups: Type.Record(
      Type.String(),
      Type.Object({ phase: Number1To64, lamp: Number1To64 }, { additionalProperties: false }),
      { description: 'signal group of the table → phase and lamp group of the controller' },
    ),
    stages: Type.Record(Type.String(), Number1To64, { description: 'stage of the table → stage of the controller' }),
    // `urgent-request`, the default, turns a request of data class 8 on. `centre-stage` designates the stage in data
    // class 17, for controllers that let nobody write a request.
    ask: Type.Optional(OneOf('urgent-request', 'centre-stage')),
    urgent: Type.Array(
      Type.Object({ ...RequestRow, number: Type.Optional(RequestNumber) }, { additionalProperties: false }),
      { minItems: 1 },
    ),
    priority: Type.Optional(
      Type.Array(
        Type.Object(
          { ...RequestRow, number: RequestNumber, exit: Type.Optional(Type.String()) },
          { additionalProperties: false },
        ),
        { minItems: 1 },
      ),
    ),
    release: Type.Optional(
      OneOf('local-fixed-time', 'local-actuated', 'local-coordinated', 'local-adaptive', 'centre-plan'),
    ),
    pollS: Type.Optional(Type.Number({ minimum: 0.1, maximum: 5, description: '0.5 if absent' })),
    replyS: Type.Optional(Type.Number({ minimum: 0.1, maximum: 10, description: '1 if absent' })),
    assumptions: Type.Optional(Overrides),
  },
  { additionalProperties: false },
)
export type Gbt20999Settings = Static<typeof Gbt20999Settings>

/** Mode that the centre names when it gives a junction back, data class 17. */
export const releaseModes = {
  'local-fixed-time': 33,
  'local-actuated': 34,
  'local-coordinated': 35,
  'local-adaptive': 36,
  'centre-plan': 17,
} as const satisfies Record<NonNullable<Gbt20999Settings['release']>, number>

export interface RequestRow {
  kind: RequestKind
  approach: string
  exit: string | undefined
  /** In data class 8; that of the stage where no request is written. */
  number: number
  stage: number
}

/** Settings that fit the table, with the defaults filled in. */
export interface Site {
  settings: Gbt20999Settings
  assumed: Assumed
  crossingRow: number
  pollMs: number
  replyMs: number
  /** The stage is designated, no request is written. */
  byStage: boolean
  rows: readonly RequestRow[]
}

const check = compile(Gbt20999Settings)

interface GivenRow {
  approach: string
  exit?: string
  number?: number
  stage: number
}

/** @throws InputError `schema` or `controller-settings` naming every wrong field */
export function requireSite(value: unknown, table: JunctionTable): Site {
  const settings = check.require(value, 'controller settings')
  const faults = [
    ...groupFaults(settings, table),
    ...stageFaults(settings, table),
    ...askFaults(settings),
    ...rowFaults(settings, table),
  ]
  if (faults.length > 0) {
    const detail = faults.map(({ field, message }) => `${field} ${message}`).join('; ')
    throw new InputError('controller-settings', `controller of junction ${table.id}: ${detail}`, faults)
  }
  const byStage = settings.ask === 'centre-stage'
  const row = (kind: RequestKind) => (given: GivenRow) => ({
    kind,
    exit: undefined,
    ...given,
    number: byStage ? given.stage : (given.number as number),
  })
  return {
    settings,
    assumed: assumedWith(settings.assumptions as Partial<Assumed> | undefined),
    crossingRow: settings.crossingRow ?? 1,
    pollMs: (settings.pollS ?? 0.5) * 1000,
    replyMs: (settings.replyS ?? 1) * 1000,
    byStage,
    rows: [...settings.urgent.map(row('urgent')), ...(settings.priority ?? []).map(row('priority'))],
  }
}

function groupFaults({ groups }: Gbt20999Settings, table: JunctionTable): FieldError[] {
  const faults = named('groups', groups, table.groups, 'group')
  for (const field of ['phase', 'lamp'] as const) {
    const seen = new Map<number, string>()
    for (const [id, { [field]: number }] of Object.entries(groups)) {
      const other = seen.get(number)
      if (other !== undefined)
        faults.push({ field: `groups.${id}.${field}`, message: `${number} is that of "${other}" too` })
      seen.set(number, id)
    }
  }
  return faults
}

const stageFaults = ({ stages }: Gbt20999Settings, table: JunctionTable): FieldError[] =>
  named('stages', stages, table.stages, 'stage')

/** Every name of the table is given and no other. */
function named(
  field: string,
  given: Record<string, unknown>,
  known: readonly { id: string }[],
  what: string,
): FieldError[] {
  const missing = known.filter(({ id }) => !(id in given))
  const unknown = Object.keys(given).filter((id) => !known.some((one) => one.id === id))
  return [
    ...missing.map(({ id }) => ({ field: `${field}.${id}`, message: `is missing: the table has this ${what}` })),
    ...unknown.map((id) => ({
      field: `${field}.${id}`,
      message: `is not a ${what} of the table, which has ${known.map((one) => one.id).join(', ')}`,
    })),
  ]
}

/** What each way of asking needs, and cannot have. */
function askFaults({ ask = 'urgent-request', urgent, priority, release }: Gbt20999Settings): FieldError[] {
  if (ask === 'urgent-request') {
    return urgent.flatMap(({ number }, index) =>
      number === undefined
        ? [{ field: `urgent.${index}.number`, message: 'is missing: give the row of the request' }]
        : [],
    )
  }
  const faults: FieldError[] = []
  if (release === undefined) {
    const message = 'is missing: the mode in which the junction is given back after a stage was designated'
    faults.push({ field: 'release', message })
  }
  if (priority) {
    faults.push({ field: 'priority', message: 'is for ask "urgent-request": a designated stage takes the plan away' })
  }
  return faults
}

function rowFaults({ ask, urgent, priority = [] }: Gbt20999Settings, { approaches }: JunctionTable): FieldError[] {
  const faults: FieldError[] = []
  const rows = { urgent, priority }
  for (const [kind, list] of Object.entries(rows)) {
    const seen = new Set<string>()
    const stages = new Map<number, number>()
    list.forEach((row: GivenRow, index) => {
      const field = `${kind}.${index}`
      const approach = approaches.find(({ id }) => id === row.approach)
      if (!approach)
        faults.push({ field: `${field}.approach`, message: `"${row.approach}" is not an approach of this junction` })
      else if (row.exit !== undefined && !approach.exits.includes(row.exit)) {
        faults.push({ field: `${field}.exit`, message: `"${row.exit}" cannot be reached from "${row.approach}"` })
      }
      const way = JSON.stringify([row.approach, row.exit])
      if (seen.has(way)) faults.push({ field: `${field}.approach`, message: `"${row.approach}" is listed twice` })
      seen.add(way)
      if (row.number === undefined || ask === 'centre-stage') return
      // One row of the controller may serve opposite approaches, with the one stage it asks for.
      if ((stages.get(row.number) ?? row.stage) !== row.stage) {
        faults.push({ field: `${field}.stage`, message: `${row.stage}: number ${row.number} has another stage above` })
      }
      stages.set(row.number, row.stage)
    })
  }
  for (const { id } of approaches) {
    if (!urgent.some(({ approach }) => approach === id)) {
      faults.push({ field: 'urgent', message: `has no row for approach "${id}"` })
    }
  }
  return faults
}
