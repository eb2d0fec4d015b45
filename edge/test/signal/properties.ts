import { type JunctionTable, stageChangeS, tailS } from '@clearway/contracts'
import { type Blame, type Planted, Rehearsal, type Tally } from './rehearsal.ts'
import type { Scenario } from './scenario.ts'
import type { Objection } from './street.ts'

const startS = 20
const longestLeaseS = 10
const backupS = 15
/** A stage that begins within this of its time on the clock is on it: a tick for each interval of a change. */
const clockS = 4

export interface Finding extends Objection<Blame> {
  /** Seconds into the run. */
  atS: number
}

/**
 * Seconds from the end of the last call until the plan runs a stage again, at the most: the dwell, its ending and the
 * minimum of what begins next. Where calls are locking, each approach may have one to be served first.
 */
function exitS(table: JunctionTable): number {
  const { stages, groups, intergreens, approaches, preempt } = table
  const changes = stages.flatMap((from) => stages.map((to) => stageChangeS(table, from, to)))
  const turnS = Math.max(...changes, ...groups.map(tailS)) + Math.max(...intergreens.map(({ redS }) => redS)) + 4
  const greenS = Math.max(preempt.minDwellS, ...groups.map(({ minGreenS }) => minGreenS))
  const durationS = (preempt.delayS ?? 0) + (preempt.minDurationS ?? 0)
  const lockedS = preempt.locking ? (approaches.length - 1) * (greenS + turnS) : 0
  return Math.max(greenS, durationS) + turnS + lockedS
}

/**
 * Plays a scenario and judges it by every property at once: at the kerb, at the monitor and at both boundaries of the
 * agent in every tick; then against a twin that hears old messages again; then, all falling silent, on its way back.
 *
 * @param tally takes the counts of what happened
 * @returns what was found wrong, in the order of time; a sound product gives none
 */
export function judge(scenario: Scenario, planted: Planted = {}, tally: Tally = {}): Finding[] {
  const rehearsal = play(scenario, planted)
  twin(rehearsal, scenario, planted)
  if (rehearsal.blamed.length === 0) comeBack(rehearsal, scenario)
  for (const [what, count] of Object.entries(rehearsal.tally)) tally[what] = (tally[what] ?? 0) + count
  const seconds = Math.round(rehearsal.ranS)
  tally['seconds rehearsed'] = (tally['seconds rehearsed'] ?? 0) + seconds
  return rehearsal.blamed
}

function play(scenario: Scenario, planted: Planted, replays: readonly number[] = []): Rehearsal {
  const rehearsal = new Rehearsal(scenario, planted)
  rehearsal.pass(startS)
  for (const happening of scenario.happenings) {
    rehearsal.happen(happening)
    // Then an old message finds the agent with nothing left to say.
    rehearsal.tick()
    for (const index of replays) rehearsal.replay(index)
  }
  return rehearsal
}

/** Old messages that arrive again, in whatever order, change nothing that is shown or answered. */
function twin(rehearsal: Rehearsal, scenario: Scenario, planted: Planted): void {
  if (scenario.replays.length === 0 || rehearsal.blamed.length > 0) return
  const noisy = play(scenario, planted, scenario.replays)
  rehearsal.tally.replayed = (rehearsal.tally.replayed ?? 0) + (noisy.tally.replayed ?? 0)
  const tick = rehearsal.trace.findIndex((shown, index) => noisy.trace[index] !== shown)
  if (tick >= 0) rehearsal.blame('replay', `the display differs from tick ${tick} on`)
  if (said(noisy) !== said(rehearsal)) rehearsal.blame('replay', 'the answers differ')
}

const said = ({ answers }: Rehearsal): string => answers.map(({ request, status }) => `${request} ${status}`).join()

/** Everybody falls silent; what is broken stays broken. */
function comeBack(rehearsal: Rehearsal, { happenings }: Scenario): void {
  const { cabinet, table } = rehearsal
  const { mode } = cabinet.display
  const byHand = mode === 'flash' || mode === 'manual' || cabinet.report()?.preempt.state === 'other'
  rehearsal.fallSilent(1000)
  const local = () => cabinet.display.stage !== undefined && cabinet.display.mode !== 'preempted'
  const silentS = rehearsal.lineLost ? backupS : longestLeaseS
  rehearsal.pass(silentS)
  const withinS = exitS(table) + (byHand ? startS : 0)
  if (rehearsal.until(local, withinS) === undefined) {
    rehearsal.blame(
      'local',
      `not under local control ${silentS + withinS} s after silence, but ${cabinet.display.mode}`,
    )
    return
  }
  // A clock that was set in the middle of a stage, or ran on while the host stood still, is noticed at the next one: from
  // there the cycles count.
  if (happenings.some(({ what }) => what === 'leap' || what === 'stall')) {
    const { stage } = cabinet.display
    rehearsal.until((display) => display.stage !== stage, table.cycleS * 2)
  }
  if (rehearsal.until((display) => display.mode === 'coordinated', 3 * table.cycleS) === undefined) {
    rehearsal.blame('coordinated', `${cabinet.display.mode} three cycles after local control`)
    return
  }
  judgeClock(rehearsal)
  judgeService(rehearsal)
}

/** Coordinated is what the controller claims; the clock is what counts. */
function judgeClock(rehearsal: Rehearsal): void {
  const { table } = rehearsal
  if ((table.operation ?? 'fixed-time') !== 'fixed-time' || table.rings) return
  const first = table.stages[0]?.id
  rehearsal.until(({ stage }) => stage !== first, table.cycleS)
  rehearsal.until(({ stage }) => stage === first, 2 * table.cycleS)
  const behindS = (((rehearsal.nowMs / 1000 - table.offsetS) % table.cycleS) + table.cycleS) % table.cycleS
  const offS = Math.min(behindS, table.cycleS - behindS)
  if (offS > clockS) rehearsal.blame('coordinated', `stage ${first} begins ${offS} s off its clock`)
}

/** With every detector and button stuck on, everyone is served: nobody's call starves another. */
function judgeService(rehearsal: Rehearsal): void {
  const { table } = rehearsal
  if (!table.detectors) return
  rehearsal.callEverything()
  const waiting = new Set(table.groups.map(({ id }) => id))
  const served = rehearsal.until(({ groups }) => {
    for (const id of waiting) if (groups[id]?.endsWith('-Movement-Allowed')) waiting.delete(id)
    return waiting.size === 0
  }, serviceS(table))
  if (served === undefined)
    rehearsal.blame('served', `${[...waiting].join(', ')} called for ${serviceS(table)} s in vain`)
}

/** A cycle's worth of every maximum green, or three cycles where there is one. */
function serviceS(table: JunctionTable): number {
  if (table.operation !== 'free') return 3 * table.cycleS
  return 2 * table.groups.reduce((sum, group) => sum + (group.maxGreenS ?? group.minGreenS) + tailS(group) + 5, 0)
}
