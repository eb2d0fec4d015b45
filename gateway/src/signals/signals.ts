import { DetectorReading, Junction, JunctionTable, NotFoundError, Page, pageQuery } from '@clearway/contracts'
import { Type } from 'typebox'
import { timeZoneOf } from '../city/city.ts'
import type { Core, Feature } from '../core.ts'
import { pageOfList } from '../http/paging.ts'
import { route } from '../http/route.ts'
import { DetectorBoard } from './detector-board.ts'
import { SignalEventLog } from './event-log.ts'
import { eventRoutes } from './event-routes.ts'
import { PriorityRequestServer } from './priority-request-server.ts'
import { SignalBoard } from './signal-board.ts'
import { signalSeries } from './signal-series.ts'

export interface Signals extends Feature {
  board: SignalBoard
  detectors: DetectorBoard
  requests: PriorityRequestServer
}

const hourS = 3600
const dayMs = 86_400_000

const JunctionId = Type.Object({ id: JunctionTable.properties.id })

/** Signalled junctions, their live states and logs, the detectors on their approaches, and requests for priority. */
export function createSignals(core: Core): Signals {
  const { clock, config, devices, downlink, feed, log, stream } = core
  // An agent may carry another name than its junction; then its registration says which one it serves.
  const junctionOf = (device: string) => devices.find(device)?.junction ?? device
  const deviceOf = (junction: string) =>
    devices.find(junction)
      ? junction
      : (devices.list().find((device) => device.kind === 'signal' && device.junction === junction)?.id ?? junction)

  const board = new SignalBoard(core.city?.junctions ?? [], clock)
  const detectors = new DetectorBoard((device) => devices.find(device))
  const requests = new PriorityRequestServer({ clock, log, board, downlink, deviceOf })

  const events = new SignalEventLog(config.dataDir, junctionOf, core.metrics)
  const stopping = new AbortController()
  const subscriptions: (() => void)[] = []
  let watching: Promise<void> = Promise.resolve()
  let forgetting: Promise<void> = Promise.resolve()

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      board.sweep()
      requests.tick()
      // Rejects when stopped, which ends the loop.
      await clock.wait(1, stopping.signal).catch(() => undefined)
    }
  }

  /** Drops what is older than it is to be kept, now and every hour. */
  async function forget(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await events.dropBefore(clock.now() - config.signals.eventDays * dayMs)
      } catch (error) {
        log.error({ err: error }, 'old events of signal controllers could not be dropped; it is tried again later')
      }
      // Rejects when stopped, which ends the loop.
      await clock.wait(hourS, stopping.signal).catch(() => undefined)
    }
  }

  return {
    board,
    detectors,
    requests,
    projections: [signalSeries(core.series, junctionOf), events],
    start() {
      events.start()
      for (const entry of feed.latest('signal/state')) board.report(junctionOf(entry.device), entry)
      for (const entry of feed.latest('signal/status')) board.status(junctionOf(entry.device), entry)
      for (const entry of feed.latest('detector/flow')) detectors.report(entry)
      stream.provide('signals', () => board.deltas())
      stream.provide('detectors', () => detectors.readings())
      board.on((junction) => {
        const delta = board.delta(junction)
        if (delta) stream.publish('signals', [delta])
      })
      subscriptions.push(
        feed.on('signal/state', (entry) => board.report(junctionOf(entry.device), entry)),
        feed.on('signal/status', (entry) => board.status(junctionOf(entry.device), entry)),
        feed.on('signal/response', (entry) => requests.onResponse(entry)),
        feed.on('detector/flow', (entry) => {
          const reading = detectors.report(entry)
          if (reading) stream.publish('detectors', [reading])
        }),
      )
      watching = watch()
      forgetting = forget()
    },
    async stop() {
      stopping.abort()
      for (const end of subscriptions) end()
      await watching
      await requests.settled()
      await forgetting
      events.stop()
    },
    routes: [
      ...eventRoutes(events, (junction) => board.table(junction), timeZoneOf(config, core.city)),
      route({
        method: 'GET',
        path: '/junctions',
        access: 'signed-in',
        summary: 'Signalled junctions with their timing tables and live states',
        query: Type.Object(pageQuery),
        answer: Page(Junction),
        handle: ({ query }) => {
          const { items, nextCursor } = pageOfList(board.junctions(), query)
          return { items: items.flatMap(({ id }) => board.junction(id) ?? []), nextCursor }
        },
      }),
      route({
        method: 'GET',
        path: '/junctions/{id}',
        access: 'signed-in',
        summary: 'One signalled junction',
        params: JunctionId,
        answer: Junction,
        handle: ({ params }) => {
          const junction = board.junction(params.id)
          if (junction) return junction
          throw new NotFoundError('junction-unknown', `there is no signalled junction "${params.id}"`)
        },
      }),
      route({
        method: 'GET',
        path: '/detectors',
        access: 'signed-in',
        summary: 'The last report of every detector',
        query: Type.Object(pageQuery),
        answer: Page(DetectorReading),
        handle: ({ query }) => pageOfList(detectors.readings(), query),
      }),
    ],
  }
}
