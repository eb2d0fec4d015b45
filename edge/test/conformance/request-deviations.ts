import type { SignalRequest } from '@clearway/contracts'
import type { PreemptCall } from '../../src/index.ts'
import { type Deviations, demanding, dropping, hearing, saying, takingStale, telling } from './deviation.ts'
import type { Deviation } from './rig.ts'

const leastS = 1000

/** Keeps what was last demanded as long as `keeps` says so, whatever has become of the request. */
function clinging(keeps: (device: { isConnected: boolean }) => boolean): Deviation {
  let calls: readonly PreemptCall[] = []
  return {
    down: (request) => {
      if (request.type === 'cancel') calls = []
      return [request]
    },
    cabinet: demanding((wanted, device) => {
      if (wanted.length > 0) calls = wanted
      else if (!keeps(device)) calls = []
      return calls
    }),
  }
}

const soon = (nowMs: number, seconds: number) => new Date(nowMs + seconds * leastS).toISOString()

/** Devices that take requests otherwise than they must. */
export const requestDeviations: Deviations = {
  'granted-means-green': [['grants at once', () => ({ up: telling('requested', 'granted') })]],
  'request-answered': [
    ['never answers', () => ({ up: dropping(({ channel }) => channel === 'response') })],
    ['answers under a number of its own', () => ({ up: saying('response', (b) => ({ ...b, sequence: 1 })) })],
  ],
  'request-granted': [['never grants', () => ({ up: telling('granted', 'processing') })]],
  'update-keeps': [
    [
      'gives its green back when the first lease would have ended',
      () => {
        let sinceMs: number | undefined
        return {
          cabinet: demanding((calls, { clock }) => {
            if (calls.length === 0) sinceMs = undefined
            else sinceMs ??= clock.now()
            return sinceMs !== undefined && clock.now() - sinceMs > 12 * leastS ? [] : calls
          }),
        }
      },
    ],
  ],
  duplicate: [
    [
      'cancels at the second copy',
      () => {
        const seen = new Set<string>()
        return {
          down: (request) => {
            if (!seen.has(request.id)) {
              seen.add(request.id)
              return [request]
            }
            return [{ ...request, type: 'cancel', sequence: request.sequence + 1 }]
          },
        }
      },
    ],
  ],
  'stale-update': [['takes an update with a lower number', () => takingStale(({ type }) => type === 'update')]],
  'stale-cancel': [['takes a cancel with a lower number', () => takingStale(({ type }) => type === 'cancel')]],
  'cancel-releases': [
    ['ignores cancels', () => ({ down: hearing((request) => (request.type === 'cancel' ? undefined : {})) })],
  ],
  'replayed-new': [
    [
      'takes a replayed request as another one',
      () => {
        const ended = new Set<string>()
        return {
          down: hearing(({ request, type }) => {
            if (type === 'cancel') ended.add(request)
            return type === 'new' && ended.has(request) ? { request: `${request}-again` } : {}
          }),
        }
      },
    ],
  ],
  'lease-expires': [['keeps its green after the lease', () => clinging(({ isConnected }) => isConnected)]],
  'lost-link': [
    [
      'keeps its green while the link is lost',
      () => {
        let untilMs = 0
        let calls: readonly PreemptCall[] = []
        return {
          cabinet: demanding((wanted, { isConnected, clock }) => {
            // And for as long afterwards as it takes to tell.
            if (!isConnected) untilMs = clock.now() + 2 * leastS
            if (wanted.length > 0) calls = wanted
            return clock.now() < untilMs ? calls : wanted
          }),
        }
      },
    ],
  ],
  death: [['leaves no death behind', () => ({ announcesDeath: false })]],
  reconnect: [['hammers at the door', () => ({ pauseS: () => 0.2 })]],
  resend: [['forgets what was not acknowledged', () => ({ resends: false })]],
  'bus-never-preempts': [
    [
      'takes a bus for an ambulance',
      () => ({ down: hearing(({ role }) => (role === 'bus' ? { role: 'ambulance' } : {})) }),
    ],
  ],
  'equal-waits': [
    [
      'prefers the later of two equals',
      () => {
        const order: string[] = []
        return {
          down: hearing(({ request, importance }) => {
            if (importance !== '1/4') return {}
            if (!order.includes(request)) order.push(request)
            const rank = 80 - order.indexOf(request)
            return { importance: `${Math.floor(rank / 10) + 1}/${(rank % 10) + 1}` }
          }),
        }
      },
    ],
  ],
  'stopping-distance': [
    [
      'does not look where the vehicle is',
      () => ({
        down: (request, { clock }) =>
          [{ ...request, arrivalEarliest: soon(clock.now(), 80), arrivalLatest: soon(clock.now(), 90) }].map(
            (changed) => (request.arrivalLatest < request.arrivalEarliest ? request : changed),
          ),
      }),
    ],
  ],
  'more-urgent-wins': [['serves whoever came first', () => ({ down: hearing(() => ({ importance: '1/4' })) })]],
  'displaced-told': [
    [
      'does not tell whom it displaces',
      () => {
        const granted = new Set<unknown>()
        return {
          up: dropping(({ channel, body: { request, status } }) => {
            if (channel === 'response' && status === 'granted') granted.add(request)
            return status === 'watchOtherTraffic' && granted.has(request)
          }),
        }
      },
    ],
  ],
  compatible: [
    [
      'does not hear the second from the other side',
      () => {
        const opposite: Record<string, string> = { n: 's', s: 'n', e: 'w', w: 'e' }
        let held: SignalRequest | undefined
        return {
          down: hearing((request) => {
            const second = held && held.request !== request.request && opposite[held.approach] === request.approach
            if (request.type === 'update') held = request
            else if (request.type === 'cancel') held = undefined
            return second ? undefined : {}
          }),
        }
      },
    ],
  ],
  'max-presence': [['does not tell that the time is up', () => ({ up: telling('maxPresence', 'granted') })]],
  'reservice-lock': [['knows no vehicle again', () => ({ down: hearing(({ request }) => ({ vehicle: request })) })]],
  'unknown-approach': [
    [
      'serves any approach',
      // It guesses from the exit, and rightly: from any other approach it would grant what it does not show.
      () => ({
        down: hearing(({ approach, exit }) =>
          approach === 'nowhere' && exit !== 'nowhere' ? { approach: exit === 'n' ? 'e' : 'n' } : {},
        ),
      }),
    ],
    [
      'does not say what was wrong',
      () => ({
        up: saying('response', (b) =>
          String(b.reason).startsWith('approach ') ? { ...b, reason: 'wrong request' } : b,
        ),
      }),
    ],
  ],
  'unreachable-exit': [
    [
      'sends everybody somewhere',
      () => ({
        down: hearing(({ approach, exit }) => (approach === exit ? { exit: approach === 'n' ? 's' : 'n' } : {})),
      }),
    ],
  ],
  'arrival-window': [
    [
      'takes the window as it comes',
      () => ({
        down: hearing(({ arrivalEarliest, arrivalLatest }) =>
          arrivalLatest < arrivalEarliest ? { arrivalLatest: arrivalEarliest } : {},
        ),
      }),
    ],
  ],
  'expired-message': [
    [
      'does not look at expiresAt',
      () => ({ down: (request, { clock }) => [{ ...request, expiresAt: soon(clock.now(), 60) }] }),
    ],
  ],
  garbage: [
    [
      'dies of what is no JSON',
      () => ({
        raw: (payload, device) => {
          if (!String(payload).startsWith('{"id":"')) device.restart()
        },
      }),
    ],
  ],
  oversize: [
    [
      'dies of a long message',
      () => ({
        raw: ({ length }, device) => {
          if (length > 16_384) device.restart()
        },
      }),
    ],
    ['serves a long message', () => ({ down: (request) => [{ ...request, padding: undefined } as SignalRequest] })],
  ],
  recovery: [
    [
      'never finds back to its clock',
      () => ({ up: saying('state', (b) => (b.mode === 'coordinated' ? { ...b, mode: 'recovering' } : b)) }),
    ],
  ],
}
