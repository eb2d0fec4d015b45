import type { Dispatch, Lot, SignWithMessage } from '@clearway/contracts'

export const lot = (occupied: number): Lot => ({
  id: 'kaufhof',
  name: { zh: '考夫霍夫', en: 'Kaufhof' },
  position: { lon: 8.69, lat: 49.41 },
  capacity: 100,
  tariff: 'default',
  kind: 'barrier-less',
  occupied,
  vacant: 100 - occupied,
  vacancyRate: (100 - occupied) / 100,
  turnoverToday: 1,
  updatedAt: '2026-11-23T08:00:00.000Z',
  quality: 'good',
  reasons: [],
  alarms: [],
  count: {
    counted: 0,
    corrected: 0,
    low: 0,
    high: 0,
    missedEntriesShare: 0.03,
    missedExitsShare: 0.03,
    evidenceAt: null,
  },
})

export const approachSign: SignWithMessage = {
  id: 'sign-kaufhof',
  name: { en: 'before Kaufhof' },
  position: { lon: 8.688, lat: 49.41 },
  bearingDeg: 90,
  lot: 'kaufhof',
  message: null,
}

/** 200 m west of the junction, its readers drive east. */
export const roadSign: SignWithMessage = {
  id: 'sign-west',
  name: { en: 'Bergheimer Straße' },
  position: { lon: 8.6972, lat: 49.41 },
  bearingDeg: 90,
  message: null,
}

export const startMs = Date.parse('2026-11-23T08:00:00.000Z')

export function dispatch(change: Partial<Dispatch>, junction: Partial<Dispatch['junctions'][number]> = {}): Dispatch {
  const at = (s: number) => new Date(startMs + s * 1000).toISOString()
  const route = {
    geometry: {
      type: 'LineString' as const,
      coordinates: [
        [8.7, 49.4],
        [8.7, 49.42],
      ],
    },
    distanceM: 2200,
    durationS: 180,
    durationEarliestS: 160,
    durationLatestS: 240,
    durationWithoutPriorityS: 260,
    junctions: [],
    ...{ contraflow: [], emergencyOnly: [], unknownClearances: [], forbiddenTurns: [], epoch: 0 },
  }
  return {
    id: 'd-1',
    role: 'ambulance',
    importance: '1/4',
    vehicle: 'amb-1',
    origin: { lon: 8.7, lat: 49.4 },
    destination: { lon: 8.7, lat: 49.42 },
    state: 'active',
    createdAt: at(-60),
    createdBy: 'dispatcher',
    route,
    alternatives: [],
    etaAt: at(180),
    etaWithoutPriorityAt: at(260),
    progressM: 0,
    junctions: [
      {
        junction: 'j-1',
        name: {},
        position: { lon: 8.7, lat: 49.41 },
        approach: 'a1',
        exit: 'e1',
        arrivalAt: at(90),
        requestAt: at(60),
        greenPromised: true,
        state: 'planned',
        ...junction,
      },
    ],
    ...change,
  }
}
