import { randomUUID } from 'node:crypto'
import type { Advice } from '@clearway/contracts'
import type { Core, Feature } from '../core.ts'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import type { SignMessages } from '../signs/signs.ts'
import type { Traffic } from '../traffic/traffic.ts'
import { adviceRoutes } from './advice-routes.ts'
import { CorridorBoard } from './corridor-board.ts'
import { CorridorSigns, diversionActor } from './corridor-signs.ts'
import { diversionCounters } from './counters.ts'
import { SignsBeforeRoads } from './signs-before-roads.ts'

/** What diversion goes by, and what it acts on. */
export interface DiversionParts {
  dispatcher: Pick<Dispatcher, 'courses' | 'get'>
  traffic: Pick<Traffic, 'avoid'>
  signs: SignMessages
}

/** Leads others away early from the roads that emergency vehicles are about to drive: feed, signs, costs of routes. */
export function createDiversion(core: Core, { dispatcher, traffic, signs }: DiversionParts): Feature {
  const { clock, config, log, network, records, audit, stream, city } = core
  const counters = diversionCounters(core.metrics)
  if (!network) return { routes: adviceRoutes(core, () => [], counters) }
  const { horizonS, linkCostFactor } = config.diversion
  const board = new CorridorBoard(network, horizonS, randomUUID)
  const before = new SignsBeforeRoads(
    network,
    (city?.signs ?? []).filter(({ lot }) => lot === undefined),
  )
  const onSigns = config.diversion.signs === 'on' ? new CorridorSigns(before, signs, counters, log) : undefined
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let avoided: ReadonlySet<number> = new Set()

  const advice = (): Advice[] => board.told.flatMap((told) => told.advice ?? [])

  function step(): void {
    const nowMs = clock.now()
    const known = board.missions
    const changed = board.step(dispatcher.courses, nowMs)
    record(known)
    if (changed.length > 0) stream.publish('advice', changed)
    onSigns?.step(board.told, nowMs)
    avoid()
    counters.missions.set(board.missions.size)
    counters.stretches.set(board.told.length)
  }

  /** That roads were asked to be left free, for which mission, and when that ended. */
  function record(known: ReadonlyMap<string, number>): void {
    const begun = [...board.missions].filter(([dispatch]) => !known.has(dispatch))
    const ended = [...known.keys()].filter((dispatch) => !board.missions.has(dispatch))
    if (begun.length + ended.length === 0) return
    records.transaction(() => {
      for (const [dispatch, stretches] of begun) {
        audit.record(diversionActor, 'diversion.begin', dispatch, { stretches })
      }
      for (const dispatch of ended) {
        audit.record(diversionActor, 'diversion.end', dispatch, { mission: dispatcher.get(dispatch).state })
      }
    })
  }

  function avoid(): void {
    const arcs = new Set(board.told.flatMap((told) => told.arcs))
    if (arcs.symmetricDifference(avoided).size === 0) return
    avoided = arcs
    traffic.avoid({ arcs, factor: linkCostFactor })
  }

  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        step()
      } catch (error) {
        log.error({ err: error }, 'diversion could not take its step')
      }
      // Rejects when stopped, which ends the loop.
      await clock.wait(1, stopping.signal).catch(() => undefined)
    }
  }

  return {
    start() {
      stream.provide('advice', advice)
      onSigns?.resume()
      running = follow()
    },
    async stop() {
      stopping.abort()
      await running
    },
    routes: adviceRoutes(core, advice, counters),
  }
}
