import {
  type Clock,
  Device,
  DeviceToken,
  deviceKinds,
  Name,
  NewDevice,
  NewPerson,
  OneOf,
  Page,
  Person,
  pageQuery,
  Session,
  SignedIn,
  SignIn,
  toTimestamp,
  UnauthenticatedError,
} from '@clearway/contracts'
import { Type } from 'typebox'
import type { Audit, Feature } from '../core.ts'
import { pageOfList } from '../http/paging.ts'
import { type Route, route } from '../http/route.ts'
import type { Records } from '../records/records.ts'
import type { Devices } from './devices.ts'
import { LockOut } from './lock-out.ts'
import type { People } from './people.ts'
import type { Sessions } from './sessions.ts'

interface Access {
  records: Records
  clock: Clock
  audit: Audit
  devices: Devices
  people: People
  sessions: Sessions
}

/** A service token does not end by itself; the contract's answer has an instant. */
const neverMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

const ById = Type.Object({ id: Name })
const Nothing = Type.Null()

/** Sign-in, people and devices over HTTP. */
export function createAccess(access: Access): Feature {
  return { routes: [...signInRoutes(access), ...deviceRoutes(access), ...peopleRoutes(access)] }
}

function signInRoutes({ records, clock, audit, people, sessions }: Access): Route[] {
  const lockOut = new LockOut(records, clock)

  /** Whose credentials these are. The refusal is the same whatever was wrong. */
  const identify = async (body: SignIn, address: string): Promise<string> => {
    const user = 'user' in body ? body.user : undefined
    const { last } = lockOut.begin(user, address)
    const person =
      'code' in body
        ? sessions.spendCode(body.code)
        : (await people.passwordMatches(body.user, body.password))
          ? body.user
          : undefined
    if (person === undefined) {
      if (last) audit.record({ name: 'system', roles: [] }, 'sign-in.locked', user ?? '', { address })
      throw new UnauthenticatedError('sign-in-refused', 'user name or password, or the code of the link, is not right')
    }
    lockOut.succeeded(user, address)
    return person
  }

  return [
    route({
      method: 'POST',
      path: '/sign-in',
      access: 'public',
      summary: 'Signs in with a user name and password, or with the one-time code of a link',
      body: SignIn,
      answer: SignedIn,
      handle: async ({ body, address, cookie }) => {
        const user = await identify(body, address)
        const { token, expiresMs } = records.transaction(() => {
          audit.record({ name: user, roles: [] }, 'sign-in', user, {
            address,
            by: 'code' in body ? 'code' : 'password',
          })
          return sessions.open(user)
        })
        cookie(token, expiresMs)
        return { user, roles: people.find(user)?.roles ?? [], token, expiresAt: toTimestamp(expiresMs) }
      },
    }),
    route({
      method: 'POST',
      path: '/sign-out',
      access: 'signed-in',
      summary: 'Ends this sign-in and its event streams',
      status: 204,
      answer: Nothing,
      handle: ({ actor, cookie }) => {
        records.transaction(() => {
          if (actor.session) sessions.end(actor.session.id)
          audit.record(actor, 'sign-out', actor.name)
        })
        cookie(null, 0)
        return null
      },
    }),
    route({
      method: 'GET',
      path: '/session',
      access: 'signed-in',
      summary: 'Who is calling',
      answer: Session,
      handle: ({ actor }) => ({
        user: actor.name,
        roles: [...actor.roles],
        expiresAt: toTimestamp(actor.session?.expiresMs ?? neverMs),
      }),
    }),
  ]
}

function deviceRoutes({ records, audit, devices }: Access): Route[] {
  return [
    route({
      method: 'GET',
      path: '/devices',
      access: ['manager', 'dispatcher', 'auditor'],
      summary: 'Devices by id, with their state',
      query: Type.Object({ ...pageQuery, kind: Type.Optional(OneOf(...deviceKinds)) }),
      answer: Page(Device),
      handle: ({ query }) =>
        pageOfList(
          devices.list().filter(({ kind }) => query.kind === undefined || kind === query.kind),
          query,
        ),
    }),
    route({
      method: 'POST',
      path: '/devices',
      access: ['admin'],
      summary: 'Registers a device; its token is shown once',
      body: NewDevice,
      status: 201,
      answer: Type.Object({ ...NewDevice.properties, ...DeviceToken.properties }),
      handle: ({ body, actor }) =>
        records.transaction(() => {
          const token = devices.add(body)
          audit.record(actor, 'device.add', body.id, { kind: body.kind, district: body.district })
          return { ...body, token }
        }),
    }),
    route({
      method: 'POST',
      path: '/devices/{id}/rotate',
      access: ['admin'],
      summary: 'Gives a device a new token, shown once; the old one still works for a week',
      params: ById,
      answer: DeviceToken,
      handle: ({ params, actor }) =>
        records.transaction(() => {
          const token = devices.rotate(params.id)
          audit.record(actor, 'device.rotate', params.id)
          return { id: params.id, token }
        }),
    }),
    route({
      method: 'DELETE',
      path: '/devices/{id}',
      access: ['admin'],
      summary: 'Revokes the credential of a device and cuts its connection',
      params: ById,
      status: 204,
      answer: Nothing,
      handle: ({ params, actor }) =>
        records.transaction(() => {
          devices.revoke(params.id)
          audit.record(actor, 'device.revoke', params.id)
          return null
        }),
    }),
  ]
}

function peopleRoutes({ audit, people }: Access): Route[] {
  return [
    route({
      method: 'GET',
      path: '/people',
      access: ['admin'],
      summary: 'Those who sign in with a password',
      query: Type.Object(pageQuery),
      answer: Page(Person),
      handle: ({ query }) => pageOfList(people.list(), query),
    }),
    route({
      method: 'POST',
      path: '/people',
      access: ['admin'],
      summary: 'Lets somebody sign in',
      body: NewPerson,
      status: 201,
      answer: Person,
      handle: async ({ body, actor }) => {
        const person = await people.add(body)
        audit.record(actor, 'person.add', person.id, { roles: person.roles })
        return person
      },
    }),
  ]
}
