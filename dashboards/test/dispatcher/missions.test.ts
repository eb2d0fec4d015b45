import type { Dispatch } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { chosenMission, missionInAddress, missionsOf, missionToAddress } from '../../src/dispatcher/missions.ts'

const dispatch = (id: string, state: Dispatch['state'], activatedAt?: string): Dispatch =>
  ({ id, state, ...(activatedAt && { activatedAt: `2026-11-23T${activatedAt}:00.000Z` }) }) as Dispatch

const all = [
  dispatch('plan', 'planned'),
  dispatch('dropped', 'cancelled'),
  dispatch('done', 'completed', '10:00'),
  dispatch('old', 'active', '08:00'),
  dispatch('new', 'active', '09:00'),
]

describe('missions', () => {
  it('are what was activated: under way first, the newest of each first', () => {
    expect(missionsOf(all).map(({ id }) => id)).toEqual(['new', 'old', 'done'])
  })

  it('show the newest under way unless another is wished for, or none', () => {
    expect(chosenMission(all, undefined)?.id).toBe('new')
    expect(chosenMission(all, 'done')?.id).toBe('done')
    expect(chosenMission(all, null)).toBeUndefined()
    expect(chosenMission(all, 'unknown')).toBeUndefined()
    expect(chosenMission([dispatch('done', 'completed', '10:00')], undefined)).toBeUndefined()
  })

  it('have a permalink', () => {
    expect(missionInAddress(missionToAddress('d-1', '?lang=en'))).toBe('d-1')
    expect(missionToAddress(null, '?mission=d-1&lang=en')).toBe('?lang=en')
  })
})
