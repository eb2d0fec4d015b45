import { RefusedError } from './requests.ts'

const urn = 'urn:clearway:problem:'

/** Refusals that a person at a screen can bring about, by the server's code, in the words of `failure.*`. */
const texts = {
  'off-the-map': 'offTheMap',
  'off-map': 'farFromRoads',
  unreachable: 'noWay',
  'no-road-network': 'noRoadNetwork',
  'no-unit-available': 'noUnit',
  'no-unit-at-origin': 'noUnit',
  'vehicle-offline': 'unitOffline',
  'vehicle-busy': 'unitBusy',
  'vehicle-unknown': 'unitUnknown',
  'vehicle-role': 'unitUnknown',
  'dispatch-ended': 'missionOver',
  'dispatch-unknown': 'missionOver',
} as const

export type FailureText = 'unreachable' | 'forbidden' | 'refused' | 'tooMany' | (typeof texts)[keyof typeof texts]

/** Which text of `failure.*` says why; `refused` is the only one that also takes the server's own words, in English. */
export function failureText(error: Error): FailureText {
  if (!(error instanceof RefusedError)) return 'unreachable'
  if (error.status === 403) return 'forbidden'
  if (error.status === 429) return 'tooMany'
  const type = error.problem?.type ?? ''
  const code = type.startsWith(urn) ? type.slice(urn.length) : ''
  return Object.hasOwn(texts, code) ? texts[code as keyof typeof texts] : 'refused'
}
