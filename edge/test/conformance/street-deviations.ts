import type { MovementState } from '@clearway/contracts'
import { cutEnding, type Deviations, repaint, saying, showing } from './deviation.ts'
import type { Deviation } from './rig.ts'

/** What is shown otherwise than planned comes at other times than predicted; that is not the point here. */
const withoutPredictions = (cabinet: Deviation['cabinet']): Deviation => ({
  cabinet,
  up: saying('state', ({ timing, minEndAt, maxEndAt, ...body }) => body),
})

/** Turns a group of the plan green before its time: from when `early` holds until its own green comes. */
function hasty(early: (was: MovementState | undefined, is: MovementState | undefined) => boolean): Deviation {
  let before: MovementState | undefined
  let begun = false
  return withoutPredictions(
    showing((display) => {
      const other = display.groups['v-e']
      const stands = display.groups['v-n'] === 'stop-And-Remain' && display.stage !== undefined
      begun = stands && (begun || early(before, other))
      before = other
      return begun ? repaint(display, { 'v-n': 'permissive-Movement-Allowed' }) : display
    }),
  )
}

/** Cabinets that display what they must not. */
export const streetDeviations: Deviations = {
  conflicts: [['turns green against a yellow', () => hasty((_was, is) => is === 'permissive-clearance')]],
  'minimum-green': [
    [
      'ends a walk after a second',
      () => {
        let sinceMs: number | undefined
        return withoutPredictions(
          showing((display, nowMs) => {
            const walks = display.groups['p-e'] === 'protected-Movement-Allowed'
            if (!walks || display.mode === 'preempted') sinceMs = undefined
            else sinceMs ??= nowMs
            return sinceMs !== undefined && nowMs - sinceMs >= 1000
              ? repaint(display, { 'p-e': 'protected-clearance' })
              : display
          }),
        )
      },
    ],
  ],
  'green-flash': [
    ['has no green flash', () => withoutPredictions(showing((display) => ({ ...display, greenFlash: [] })))],
  ],
  yellow: [['cuts a yellow to two seconds', () => withoutPredictions(cutEnding('v-n', 2000))]],
  'pedestrian-clearance': [['cuts a clearance to a second', () => withoutPredictions(cutEnding('p-n', 1000))]],
  'all-red': [
    [
      'turns green when the yellow ends',
      () => hasty((was, is) => was === 'permissive-clearance' && is === 'stop-And-Remain'),
    ],
  ],
}
