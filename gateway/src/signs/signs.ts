import {
  ConflictError,
  type DeviceStatus,
  fromTimestamp,
  InputError,
  Name,
  NewSignMessage,
  NotFoundError,
  Page,
  pageQuery,
  type Sign,
  SignWithMessage,
  toTimestamp,
} from '@clearway/contracts'
import { Type } from 'typebox'
import type { Core, Feature } from '../core.ts'
import { pageOfList } from '../http/paging.ts'
import { type Actor, route } from '../http/route.ts'

interface MessageRow {
  sign: string
  text: string
  symbol: string | null
  until_ms: number
  by: string
}

/** What else in the gateway lets signs speak. */
export interface SignMessages {
  list(): SignWithMessage[]
  /** What a sign was told and still shows. */
  shown(id: string): SignWithMessage['message'] | undefined
  /** False where nobody would hear it. */
  hasDevice(id: string): boolean
  /** @param why for the audit log, beside the message @throws as `POST /signs/{id}/messages` */
  show(id: string, message: NewSignMessage, actor: Actor, why?: Record<string, unknown>): Promise<SignWithMessage>
  /** Blank at once. */
  takeBack(id: string, actor: Actor, why: Record<string, unknown>): Promise<void>
}

/** Variable-message signs: what stands where, and what each was last asked to show and by whom. */
export function createSigns(core: Core): Feature & { messages: SignMessages } {
  const { records, clock, devices, downlink, audit, stream, feed } = core
  const signs = new Map((core.city?.signs ?? []).map((sign) => [sign.id, sign]))
  records.define(`
    create table if not exists sign_messages (
      sign text primary key,
      text text not null,
      symbol text,
      until_ms integer not null,
      by text not null
    ) strict`)

  const found = (id: string): Sign => {
    const sign = signs.get(id)
    if (!sign) throw new NotFoundError('sign-unknown', `there is no sign "${id}"`)
    return sign
  }

  /** A message that has run out is no longer shown, so it is no longer told. */
  const messages = (): Map<string, SignWithMessage['message']> => {
    const rows = records.db.prepare('select * from sign_messages where until_ms > ?').all(clock.now())
    return new Map(
      (rows as unknown as MessageRow[]).map((row) => [
        row.sign,
        {
          text: JSON.parse(row.text) as NewSignMessage['text'],
          ...(row.symbol === null ? {} : { symbol: row.symbol }),
          until: toTimestamp(row.until_ms),
          by: row.by,
        },
      ]),
    )
  }
  const list = (): SignWithMessage[] => {
    const shown = messages()
    return [...signs.values()].map((sign) => ({ ...sign, message: shown.get(sign.id) ?? null }))
  }
  const one = (id: string): SignWithMessage => ({ ...found(id), message: messages().get(id) ?? null })

  /** Kept and audited before it is sent: what stands on a street sign always has somebody who asked for it. */
  async function show(
    id: string,
    message: NewSignMessage,
    actor: Actor,
    why: Record<string, unknown> = {},
  ): Promise<SignWithMessage> {
    found(id)
    const untilMs = fromTimestamp(message.until)
    if (untilMs <= clock.now()) {
      const reason = `"${message.until}" is past; it is ${toTimestamp(clock.now())}`
      throw new InputError('sign-message-past', `until ${reason}`, [{ field: 'until', message: reason }])
    }
    if (!devices.find(id)) {
      throw new ConflictError('sign-without-device', `sign ${id} has no device yet; add it with clearway device add`)
    }
    records.transaction(() => {
      records.db
        .prepare(
          `insert into sign_messages (sign, text, symbol, until_ms, by) values (?, ?, ?, ?, ?)
           on conflict (sign) do update set text = excluded.text, symbol = excluded.symbol,
             until_ms = excluded.until_ms, by = excluded.by`,
        )
        .run(id, JSON.stringify(message.text), message.symbol ?? null, untilMs, actor.name)
      audit.record(actor, 'sign.message', id, { ...message, ...why })
    })
    await downlink.send(id, 'message', { ...message })
    const shown = one(id)
    stream.publish('signs', [shown])
    return shown
  }

  async function takeBack(id: string, actor: Actor, why: Record<string, unknown>): Promise<void> {
    records.transaction(() => {
      records.db.prepare('delete from sign_messages where sign = ?').run(id)
      audit.record(actor, 'sign.take-back', id, why)
    })
    // What is over on arrival makes a sign blank; one whose clock is behind shows no text until then.
    await downlink.send(id, 'message', { text: { zh: '', en: '' }, until: toTimestamp(clock.now()) })
    stream.publish('signs', [one(id)])
  }

  /** A sign that comes back shows nothing: its sessions do not outlast its connection. */
  async function repeat(id: string): Promise<void> {
    const message = messages().get(id)
    if (!message) return
    const { by, ...body } = message
    await downlink.send(id, 'message', body)
    core.log.info({ event: 'sign-message-repeated', sign: id, by })
  }

  let unsubscribe = (): void => undefined
  return {
    messages: {
      ...{ list, show, takeBack },
      shown: (id) => messages().get(id),
      hasDevice: (id) => devices.find(id) !== undefined,
    },
    start() {
      stream.provide('signs', list)
      unsubscribe = feed.on('sign/status', ({ device, body }) => {
        if ((body as DeviceStatus).state !== 'online') return
        repeat(device).catch((error: unknown) =>
          core.log.error({ err: error, sign: device }, 'a sign was not told again'),
        )
      })
    },
    stop: () => unsubscribe(),
    routes: [
      route({
        method: 'GET',
        path: '/signs',
        access: 'signed-in',
        summary: 'Variable-message signs and what they show',
        query: Type.Object(pageQuery),
        answer: Page(SignWithMessage),
        handle: ({ query }) => pageOfList(list(), query),
      }),
      route({
        method: 'GET',
        path: '/signs/{id}',
        access: 'signed-in',
        summary: 'One sign and what it shows',
        params: Type.Object({ id: Name }),
        answer: SignWithMessage,
        handle: ({ params }) => one(params.id),
      }),
      route({
        method: 'POST',
        path: '/signs/{id}/messages',
        access: ['dispatcher', 'manager', 'flows'],
        summary: 'Asks a sign to show a message until an instant',
        params: Type.Object({ id: Name }),
        body: NewSignMessage,
        status: 201,
        answer: SignWithMessage,
        handle: ({ params, body, actor }) => show(params.id, body, actor),
      }),
    ],
  }
}
