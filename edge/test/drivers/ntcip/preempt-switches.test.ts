import { PeerError, WorldError } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { PreemptSwitches } from '../../../src/drivers/ntcip/preempt-switches.ts'
import type { Programming } from '../../../src/drivers/ntcip/programming.ts'
import type { NtcipPlan } from '../../../src/drivers/ntcip/settings.ts'
import type { SnmpSession } from '../../../src/drivers/ntcip/snmp-session.ts'

const backupS = 15
const programming: Programming = {
  backupS,
  phases: new Map(),
  overlaps: new Map(),
  dwell: new Map(),
  equalToNext: new Set(),
  ringStatus: false,
}

/** Approach n on preempt 1 for 40 s, a step every 100 ms, a poll every 500 ms; `fate` decides each SET. */
async function refreshes(fate: (atS: number) => Error | undefined): Promise<number[]> {
  const switches = new PreemptSwitches({ preempts: { n: 1 } } as unknown as NtcipPlan)
  const setAtS: number[] = []
  let nowS = 0
  const session = {
    set: async () => {
      setAtS.push(nowS)
      const error = fate(nowS)
      if (error) throw error
    },
  } as unknown as SnmpSession
  switches.demand([{ approach: 'n', urgency: 1 }])
  for (let tick = 0; tick < 400; tick++) {
    nowS = tick / 10
    if (tick % 5 === 0) {
      const called = setAtS.length > 0
      switches.see(switches.mark(), new Map([[1, { state: called ? 'dwell' : 'notActive', called }]]))
    }
    switches.due(session, nowS * 1000, programming)?.catch(() => undefined)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return setAtS
}

const longestGap = (atS: readonly number[]): number =>
  Math.max(...atS.slice(1).map((s, index) => s - (atS[index] as number)))

describe('a call that is on', () => {
  it('is set again within a third of the backup time', async () => {
    const atS = await refreshes(() => undefined)
    expect(longestGap(atS)).toBeLessThanOrEqual(backupS / 3)
    expect(atS.length).toBeLessThan(14)
  })

  it.each([
    ['is lost', new WorldError('ntcip-silent', 'no answer')],
    ['is refused', new PeerError('ntcip-answer', 'genErr', [])],
  ])('is set again at once, not a refresh later, when a SET %s', async (_what, error) => {
    const atS = await refreshes((s) => (s > 3 && s < 4 ? error : undefined))
    const failed = atS.findIndex((s) => s > 3 && s < 4)
    expect((atS[failed + 1] as number) - (atS[failed] as number)).toBeLessThan(1.5)
    // While it goes on being refused the controller is not flooded either.
    const always = await refreshes((s) => (s > 3 ? error : undefined))
    expect(always.length).toBeLessThan(45)
  })
})
