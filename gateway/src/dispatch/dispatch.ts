import { type DeviceStatus, Dispatch, NewDispatch, Page, pageQuery, Unit } from '@clearway/contracts'
import { Type } from 'typebox'
import type { Core, Feature } from '../core.ts'
import { pageOf, pageOfList } from '../http/paging.ts'
import { route } from '../http/route.ts'
import type { Signals } from '../signals/signals.ts'
import { noTraffic, type Traffic } from '../traffic/traffic.ts'
import { type DispatchEngine, Dispatcher } from './dispatcher.ts'
import { evidenceOf, SignedEvidence } from './evidence.ts'

/** Dispatches in the first picture of a page. */
const shownFirst = 50

const DispatchId = Type.Object({ id: Dispatch.properties.id })

/**
 * Units and dispatches.
 *
 * @param engine undefined until a road network has been imported
 * @param roads where vehicles were decided to have been last, and what is closed
 */
export function createDispatch(
  core: Core,
  signals: Signals,
  engine: DispatchEngine | undefined,
  roads: Pick<Traffic, 'placeOf' | 'closedArcs'> = noTraffic,
): Feature & { dispatcher: Dispatcher } {
  const { clock, feed, stream } = core
  const dispatcher = new Dispatcher(core, signals, engine, roads)
  const { units, stored } = dispatcher
  const stopping = new AbortController()
  const subscriptions: (() => void)[] = []
  let driving: Promise<void> = Promise.resolve()

  async function drive(): Promise<void> {
    while (!stopping.signal.aborted) {
      dispatcher.step()
      // Rejects when stopped, which ends the loop.
      await clock.wait(1, stopping.signal).catch(() => undefined)
    }
  }

  return {
    dispatcher,
    start() {
      for (const entry of feed.latest('vehicle/position')) units.position(entry)
      for (const entry of feed.latest('vehicle/status')) units.status(entry)
      const publish = (vehicle: string) => {
        const unit = units.unit(vehicle)
        if (unit) stream.publish('units', [unit])
      }
      stream.provide('units', () => units.units())
      stream.provide('dispatches', () => stored.latest(shownFirst).map(({ id }) => dispatcher.get(id)))
      subscriptions.push(
        feed.on('vehicle/position', (entry) => {
          if (units.position(entry)) publish(entry.device)
        }),
        feed.on('vehicle/status', (entry) => {
          units.status(entry)
          if ((entry.body as DeviceStatus).state === 'online') dispatcher.vehicleBack(entry.device)
          publish(entry.device)
        }),
      )
      dispatcher.resume()
      driving = drive()
    },
    async stop() {
      stopping.abort()
      for (const end of subscriptions) end()
      await driving
    },
    routes: [
      route({
        method: 'GET',
        path: '/units',
        access: ['dispatcher', 'hospital'],
        summary: 'Emergency vehicles, where they are and whether they can be sent',
        query: Type.Object(pageQuery),
        answer: Page(Unit),
        handle: ({ query }) => pageOfList(units.units(), query),
      }),
      route({
        method: 'POST',
        path: '/dispatches',
        access: ['dispatcher'],
        summary: 'Plans a dispatch: route, greens and arrival; nothing moves until it is activated',
        body: NewDispatch,
        status: 201,
        answer: Dispatch,
        handle: ({ body, actor }) => dispatcher.create(body, actor),
      }),
      route({
        method: 'GET',
        path: '/dispatches',
        access: ['dispatcher', 'hospital', 'auditor', 'flows'],
        summary: 'Dispatches, newest first',
        query: Type.Object(pageQuery),
        answer: Page(Dispatch),
        handle: ({ query }) =>
          pageOf(
            stored.page(query),
            query,
            ({ number }) => [number],
            ({ dispatch }) => dispatcher.get(dispatch.id),
          ),
      }),
      route({
        method: 'GET',
        path: '/dispatches/{id}',
        access: ['dispatcher', 'hospital', 'auditor', 'flows'],
        summary: 'One dispatch with the live state of its junctions',
        params: DispatchId,
        answer: Dispatch,
        handle: ({ params }) => dispatcher.get(params.id),
      }),
      route({
        method: 'POST',
        path: '/dispatches/{id}/activate',
        access: ['dispatcher'],
        summary: 'Starts the mission: sends the route to the vehicle and asks for greens in time',
        params: DispatchId,
        answer: Dispatch,
        handle: ({ params, actor }) => dispatcher.activate(params.id, actor),
      }),
      route({
        method: 'POST',
        path: '/dispatches/{id}/cancel',
        access: ['dispatcher'],
        summary: 'Ends a dispatch and gives back every junction at once',
        params: DispatchId,
        answer: Dispatch,
        handle: ({ params, actor }) => dispatcher.cancel(params.id, actor),
      }),
      route({
        method: 'GET',
        path: '/dispatches/{id}/evidence',
        access: ['dispatcher', 'auditor'],
        summary: 'What was asked, answered, shown and passed in a mission, what it gained and what it cost; signed',
        params: DispatchId,
        answer: SignedEvidence,
        handle: ({ params }) => {
          const evidence = evidenceOf(dispatcher.get(params.id), stored.events(params.id))
          return { ...evidence, jws: core.signRecord(evidence) }
        },
      }),
    ],
  }
}
