import type { Bounds } from './bounds.ts'

/** What runs together because it can share its waiting. In the order of a run. */
export const scenes = [
  'connection',
  'exchange',
  'lease',
  'urgency',
  'outage',
  'presence',
  'refusals',
  'recovery',
] as const
export type Scene = (typeof scenes)[number]

/** One thing a signal device must do, and how it is seen. */
export interface Clause {
  id: string
  text: string
  expected: string | ((bounds: Bounds) => string)
  /** The scene that brings it about; a watch looks on during the whole run. */
  scene: Scene | 'watch'
  /** Beside a broker: the device's line led through the examiner, or such a line in clear text. */
  needs?: 'line' | 'clear line'
}

const released = ({ dwellS, exitS }: Bounds) => `${dwellS} s dwell and ${exitS} s exit`

/** Everything `clearway conform` examines. The order is that of the report. */
export const clauses = [
  {
    id: 'birth',
    text: 'After connecting the device publishes `status` with `state: online`, and the broker keeps it.',
    expected: '`status` online, retained',
    scene: 'connection',
  },
  {
    id: 'client-id',
    text: 'The client id begins with the device id.',
    expected: 'CONNECT with such a client id',
    scene: 'connection',
    needs: 'clear line',
  },
  {
    id: 'user-name',
    text: 'The user name is the device id.',
    expected: 'CONNECT with that user name',
    scene: 'connection',
    needs: 'clear line',
  },
  {
    id: 'protocol',
    text: 'The device speaks MQTT 3.1.1.',
    expected: 'CONNECT with protocol level 4',
    scene: 'connection',
    needs: 'clear line',
  },
  {
    id: 'subscription',
    text: 'The device subscribes to its own `request` channel with QoS 1.',
    expected: 'SUBSCRIBE under its own levels only, `request` with QoS 1 or 2',
    scene: 'connection',
    needs: 'clear line',
  },
  {
    id: 'will',
    text: 'The CONNECT carries a last will: `status` with `state: offline`, retained, QoS 1.',
    expected: 'such a will on the own `status` topic, valid by schema',
    scene: 'connection',
    needs: 'clear line',
  },
  {
    id: 'own-topics',
    text: 'The device publishes under its own four levels only.',
    expected: 'no PUBLISH elsewhere',
    scene: 'watch',
    needs: 'clear line',
  },
  {
    id: 'acknowledgement',
    text: 'The device acknowledges what it is sent.',
    expected: 'PUBACK within 5 s of every message',
    scene: 'watch',
    needs: 'clear line',
  },
  {
    id: 'own-channels',
    text: 'Under its levels the device publishes only `status`, `state`, `response` and `events`.',
    expected: 'no other channel',
    scene: 'watch',
  },
  {
    id: 'retained',
    text: 'Nothing but `status` is retained.',
    expected: 'the broker keeps no other message of the device',
    scene: 'watch',
  },
  {
    id: 'schema',
    text: 'Every message is JSON of at most 16 KiB that matches the schema of its channel.',
    expected: 'no wrong field',
    scene: 'watch',
  },
  {
    id: 'qos',
    text: 'Every message is sent with QoS 1.',
    expected: 'no QoS 0',
    scene: 'watch',
  },
  {
    id: 'ids',
    text: 'Message ids are unique within the device; only a resend has the id of another message, and its content.',
    expected: 'no id with two contents',
    scene: 'watch',
  },
  {
    id: 'clock',
    text: '`at` is the time of the event, by a clock that is right.',
    expected: 'at most 5 s from the arrival; older only after an outage',
    scene: 'watch',
  },
  {
    id: 'sequence',
    text: '`sequence`, where it is sent, counts up within its `bootId` without gaps.',
    expected: 'no number missing',
    scene: 'watch',
  },
  {
    id: 'events',
    text: '`events`, where they are sent, are in order, not of the future, and name what the timing table has.',
    expected: 'times ascending, parameters within the table',
    scene: 'watch',
  },
  {
    id: 'state-period',
    text: '`state` comes at least every 5 s.',
    expected: 'no more than 6 s between two',
    scene: 'watch',
  },
  {
    id: 'state-on-change',
    text: '`state` comes with every change.',
    expected: 'changes between the regular reports',
    scene: 'watch',
  },
  {
    id: 'state-groups',
    text: '`state` names exactly the signal groups of the timing table.',
    expected: 'no group missing, none unknown',
    scene: 'watch',
  },
  {
    id: 'state-consistent',
    text: 'Mode, movement states and green flash of a `state` go together.',
    expected: 'no green in flash or dark, green flash only where a vehicle group is green, `preempted` while granted',
    scene: 'watch',
  },
  {
    id: 'predicted-ends',
    text: 'Predicted ends are of the future, in order, and kept while the plan runs undisturbed.',
    expected: 'minEndAt ≤ likelyEndAt ≤ maxEndAt, no change more than 1 s outside of them',
    scene: 'watch',
  },
  {
    id: 'conflicts',
    text: 'Conflicting groups are never green together, nor green against yellow or clearance.',
    expected: 'no such display',
    scene: 'watch',
  },
  {
    id: 'minimum-green',
    text: 'A green or walk lasts its minimum; only a pre-emption may cut a vehicle green to `preempt.minGreenS`.',
    expected: 'no shorter one',
    scene: 'watch',
  },
  {
    id: 'green-flash',
    text: 'Where the table has green flash, every vehicle green ends with it, in full.',
    expected: 'no shorter one',
    scene: 'watch',
  },
  {
    id: 'yellow',
    text: 'Every vehicle green ends with yellow, in full, and yellow ends in red.',
    expected: 'no shorter one',
    scene: 'watch',
  },
  {
    id: 'pedestrian-clearance',
    text: 'Every walk ends with its clearance, in full, and that ends in stop.',
    expected: 'no shorter one',
    scene: 'watch',
  },
  {
    id: 'all-red',
    text: 'A green begins only after every conflicting group has been red for its all-red.',
    expected: 'no shorter one',
    scene: 'watch',
  },
  {
    id: 'granted-means-green',
    text: '`granted` is said only when the approach has its green.',
    expected: 'a `state` that shows it within 1 s',
    scene: 'watch',
  },
  {
    id: 'request-answered',
    text: 'A new request is answered with its own id and sequence.',
    expected: ({ answerS }) => `an answer within ${answerS} s`,
    scene: 'exchange',
  },
  {
    id: 'request-granted',
    text: 'A request of an emergency vehicle is granted within the longest entry time of the table.',
    expected: ({ entryS }) => `\`granted\` within ${entryS} s`,
    scene: 'exchange',
  },
  {
    id: 'update-keeps',
    text: 'Updates keep the green.',
    expected: ({ leaseS }) => `green and \`granted\` for longer than the lease of ${leaseS} s`,
    scene: 'exchange',
  },
  {
    id: 'duplicate',
    text: 'The same message twice changes nothing and is given no contradictory answer.',
    expected: 'green and `granted` stay',
    scene: 'exchange',
  },
  {
    id: 'stale-update',
    text: 'An update whose sequence is at or below the last is dropped.',
    expected: 'green and `granted` stay',
    scene: 'exchange',
  },
  {
    id: 'stale-cancel',
    text: 'A cancel that was overtaken by a newer update is dropped.',
    expected: 'green and `granted` stay',
    scene: 'exchange',
  },
  {
    id: 'cancel-releases',
    text: 'A cancel ends the pre-emption.',
    expected: ({ exitS }) => `the green begins to end within 4 s, coordinated or recovering after ${exitS} s exit`,
    scene: 'exchange',
  },
  {
    id: 'replayed-new',
    text: 'The first message of a cancelled request, sent again, changes nothing.',
    expected: 'no pre-emption',
    scene: 'exchange',
  },
  {
    id: 'lease-expires',
    text: 'A lease that is not renewed ends: the junction returns to its plan.',
    expected: (bounds) => `coordinated or recovering after ${bounds.leaseS} s lease, ${released(bounds)}`,
    scene: 'lease',
  },
  {
    id: 'bus-never-preempts',
    text: 'A bus never pre-empts and never displaces an emergency vehicle, whatever its importance.',
    expected: 'mode never `preempted` for it, no green lost to it',
    scene: 'urgency',
  },
  {
    id: 'equal-waits',
    text: 'A conflicting request of equal class and level waits and is told `watchOtherTraffic`.',
    expected: '`watchOtherTraffic`, the first keeps its green',
    scene: 'urgency',
  },
  {
    id: 'stopping-distance',
    text: 'A vehicle inside its stopping distance does not lose its green, not to a more urgent one either.',
    expected: 'the first keeps its green',
    scene: 'urgency',
  },
  {
    id: 'more-urgent-wins',
    text: 'A more urgent conflicting request displaces another.',
    expected: ({ entryS }) => `\`granted\` within ${entryS} s`,
    scene: 'urgency',
  },
  {
    id: 'displaced-told',
    text: 'A displaced request is told so.',
    expected: '`watchOtherTraffic` before the other is granted',
    scene: 'urgency',
  },
  {
    id: 'lost-link',
    text: 'A link lost while a green is held ends the pre-emption.',
    expected: (bounds) => `under local control after ${bounds.leaseS} s lease, ${released(bounds)}`,
    scene: 'outage',
    needs: 'line',
  },
  {
    id: 'death',
    text: 'When the line breaks the broker announces the device’s death.',
    expected: '`status` offline within 10 s, retained',
    scene: 'outage',
    needs: 'line',
  },
  {
    id: 'reconnect',
    text: 'The device comes back by itself, and tries with pauses.',
    expected: 'at most one attempt a second, `status` online within 60 s after the mend',
    scene: 'outage',
    needs: 'line',
  },
  {
    id: 'resend',
    text: 'An answer that was not acknowledged is sent again after the outage, with the same id.',
    expected: 'the same id a second time',
    scene: 'outage',
    needs: 'clear line',
  },
  {
    id: 'compatible',
    text: 'Requests whose movements do not conflict are served together, or the later is told to wait.',
    expected: '`granted` or `watchOtherTraffic`, the first keeps its green',
    scene: 'presence',
  },
  {
    id: 'max-presence',
    text: 'A request held for the maximum presence is told `maxPresence`, and the junction returns to its plan.',
    expected: ({ maxPresenceS, exitS }) => `\`maxPresence\` after ${maxPresenceS} s, local after ${exitS} s exit`,
    scene: 'presence',
  },
  {
    id: 'reservice-lock',
    text: 'A vehicle that has used up the maximum presence is not served again at once.',
    expected: '`reserviceLocked`, no pre-emption',
    scene: 'presence',
  },
  {
    id: 'unknown-approach',
    text: 'A request for an approach that the table does not have is rejected, and the reason names the field.',
    expected: '`rejected` with “approach” in the reason',
    scene: 'refusals',
  },
  {
    id: 'unreachable-exit',
    text: 'A request for an exit that cannot be reached is rejected, and the reason names the field.',
    expected: '`rejected` with “exit” in the reason',
    scene: 'refusals',
  },
  {
    id: 'arrival-window',
    text: 'A request whose latest arrival is before its earliest is rejected, and the reason names the field.',
    expected: '`rejected` with “arrivalLatest” or “arrivalEarliest” in the reason',
    scene: 'refusals',
  },
  {
    id: 'expired-message',
    text: 'A message whose `expiresAt` has passed is ignored or rejected.',
    expected: 'no pre-emption',
    scene: 'refusals',
  },
  {
    id: 'garbage',
    text: 'Bytes that are no JSON, or JSON that is no request, do no harm.',
    expected: 'the device goes on reporting, without a new birth',
    scene: 'refusals',
  },
  {
    id: 'oversize',
    text: 'A message above 16 KiB does no harm.',
    expected: 'the device goes on reporting, no pre-emption',
    scene: 'refusals',
  },
  {
    id: 'recovery',
    text: 'After a pre-emption the junction is coordinated again within three cycles.',
    expected: ({ recoveryS }) => `mode coordinated within ${recoveryS} s`,
    scene: 'recovery',
  },
] as const satisfies readonly Clause[]

export type ClauseId = (typeof clauses)[number]['id']

/** What a clause expects of a device with these bounds. */
export const expectationOf = ({ expected }: Clause, bounds: Bounds): string =>
  typeof expected === 'string' ? expected : expected(bounds)
