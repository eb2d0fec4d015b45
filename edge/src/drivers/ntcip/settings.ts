import {
  compile,
  type FieldError,
  groupsOf,
  InputError,
  inConflict,
  type JunctionTable,
  OneOf,
} from '@clearway/contracts'
import { type Static, Type } from 'typebox'

const number = (maximum: number) => Type.Integer({ minimum: 1, maximum })

const Community = Type.Object(
  {
    version: OneOf('1', '2c'),
    community: Type.String({ minLength: 1, secret: true }),
  },
  { additionalProperties: false },
)

const password = Type.String({ minLength: 8, secret: true, description: 'at least 8 characters, as RFC 3414 asks' })

/** SNMP v3. Authentication and privacy unless a lower level is asked for by name. */
const UserSecurity = Type.Object(
  {
    version: Type.Literal('3'),
    user: Type.String({ minLength: 1, maxLength: 32 }),
    level: Type.Optional(OneOf('authPriv', 'authNoPriv', 'noAuthNoPriv')),
    authProtocol: Type.Optional(OneOf('sha', 'sha256', 'sha512')),
    authKey: Type.Optional(password),
    privProtocol: Type.Optional(OneOf('aes', 'aes256')),
    privKey: Type.Optional(password),
  },
  { additionalProperties: false },
)

/** Where a signal group is found in the controller. */
const Output = Type.Union([
  Type.Object({ phase: number(64) }, { additionalProperties: false }),
  Type.Object({ ped: number(64) }, { additionalProperties: false, description: 'phase whose walk outputs these are' }),
  Type.Object({ overlap: number(64) }, { additionalProperties: false }),
])
export type Output = Static<typeof Output>

/** How one controller is reached and how its numbers go with the junction's names. Unknown keys are refused. */
export const NtcipSettings = Type.Object(
  {
    host: Type.String({ minLength: 1, description: 'address or name of the controller' }),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535 })),
    snmp: Type.Union([Community, UserSecurity]),
    groups: Type.Record(Type.String(), Output, { description: 'signal group → output of the controller' }),
    preempts: Type.Record(Type.String(), number(255), { description: 'approach → preempt number' }),
    pollS: Type.Optional(Type.Number({ minimum: 0.1, maximum: 5, description: 'one status poll so often' })),
    timeoutS: Type.Optional(
      Type.Number({ minimum: 0.05, maximum: 10, description: 'an answer is waited for so long' }),
    ),
    silenceS: Type.Optional(
      Type.Number({ minimum: 0.5, maximum: 60, description: 'no good answer for so long: it does not answer' }),
    ),
    checkS: Type.Optional(
      Type.Number({ minimum: 1, maximum: 3600, description: 'the programming is read again so often' }),
    ),
  },
  { additionalProperties: false },
)
export type NtcipSettings = Static<typeof NtcipSettings>

/** Settings with nothing left open. */
export type NtcipPlan = Required<NtcipSettings>

const check = compile(NtcipSettings)
const checkCommunity = compile(Community)
const checkUser = compile(UserSecurity)

const defaults = { port: 161, pollS: 0.5, timeoutS: 1, silenceS: 5, checkS: 60 }

/** @throws InputError `ntcip-settings` naming every wrong field and its value */
export function requireNtcipSettings(given: unknown, table: JunctionTable): NtcipPlan {
  const faults = shapeFaults(given)
  if (faults.length === 0) {
    const { groups, preempts, snmp } = given as NtcipSettings
    faults.push(...groupFaults(groups, table), ...preemptFaults(preempts, table), ...securityFaults(snmp))
  }
  if (faults.length > 0) {
    const detail = faults.map(({ field, message }) => `${field} ${message}`).join('; ')
    throw new InputError('ntcip-settings', `NTCIP settings of junction ${table.id}: ${detail}`, faults)
  }
  return { ...defaults, ...(given as NtcipSettings) }
}

/** Names the field that is wrong inside `snmp` rather than every way in which a union does not match. */
function shapeFaults(given: unknown): FieldError[] {
  if (check.matches(given)) return []
  const snmp = (given as Partial<NtcipSettings> | null)?.snmp as { version?: unknown } | undefined
  const inner = snmp?.version === '3' ? checkUser : checkCommunity
  const within = snmp === undefined ? [] : inner.faults(snmp)
  const faults = check.faults(given).filter(({ field }) => within.length === 0 || !/^snmp(\.|$)/.test(field))
  return [...within.map(({ field, message }) => ({ field: `snmp.${field}`, message })), ...faults]
}

function groupFaults(groups: NtcipSettings['groups'], table: JunctionTable): FieldError[] {
  const faults: FieldError[] = []
  const taken = new Map<string, string>()
  for (const [id, output] of Object.entries(groups)) {
    const field = `groups.${id}`
    const group = table.groups.find((known) => known.id === id)
    if (!group) faults.push({ field, message: `"${id}" is not a signal group of this junction` })
    else if ((group.kind === 'pedestrian') !== 'ped' in output) {
      const wanted = group.kind === 'pedestrian' ? '"ped"' : '"phase" or "overlap"'
      faults.push({ field, message: `${JSON.stringify(output)} does not fit a ${group.kind} group: give ${wanted}` })
    }
    const place = JSON.stringify(output)
    const other = taken.get(place)
    if (other !== undefined) faults.push({ field, message: `${place} is given to "${other}" already` })
    taken.set(place, id)
  }
  faults.push(...pedestrianFaults(groups, table))
  for (const { id } of table.groups) {
    if (!(id in groups)) faults.push({ field: `groups.${id}`, message: 'is missing: give its phase, ped or overlap' })
  }
  return faults
}

/** A phase times its vehicles and its walkers together: they must not conflict. */
function pedestrianFaults(groups: NtcipSettings['groups'], table: JunctionTable): FieldError[] {
  const faults: FieldError[] = []
  const outputs = Object.entries(groups)
  for (const [walkers, walk] of outputs) {
    if (!('ped' in walk)) continue
    for (const [vehicles, drive] of outputs) {
      if (!('phase' in drive) || drive.phase !== walk.ped || !inConflict(table, walkers, vehicles)) continue
      faults.push({ field: `groups.${walkers}`, message: `ped ${walk.ped} walks with "${vehicles}", which conflicts` })
    }
  }
  return faults
}

function preemptFaults(preempts: NtcipSettings['preempts'], table: JunctionTable): FieldError[] {
  const faults: FieldError[] = []
  const taken = new Map<number, string>()
  for (const [id, row] of Object.entries(preempts)) {
    const field = `preempts.${id}`
    if (!table.approaches.some((approach) => approach.id === id)) {
      faults.push({ field, message: `"${id}" is not an approach of this junction` })
    }
    const other = taken.get(row)
    if (other !== undefined) faults.push({ field, message: `${row} is the preempt of approach "${other}" already` })
    taken.set(row, id)
  }
  for (const { id } of table.approaches) {
    if (!(id in preempts)) faults.push({ field: `preempts.${id}`, message: 'is missing: give its preempt number' })
  }
  return faults
}

function securityFaults(snmp: NtcipSettings['snmp']): FieldError[] {
  if (snmp.version !== '3') return []
  const level = snmp.level ?? 'authPriv'
  const missing = (key: 'authKey' | 'privKey') => ({ field: `snmp.${key}`, message: `is missing for level ${level}` })
  return [
    ...(level !== 'noAuthNoPriv' && snmp.authKey === undefined ? [missing('authKey')] : []),
    ...(level === 'authPriv' && snmp.privKey === undefined ? [missing('privKey')] : []),
  ]
}

/** Outputs of the vehicle groups that release an approach. */
export const outputsOf = (plan: NtcipPlan, table: JunctionTable, approach: string): Output[] => {
  const found = table.approaches.find(({ id }) => id === approach)
  return found ? groupsOf(found).map((group) => plan.groups[group] as Output) : []
}
