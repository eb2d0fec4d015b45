import type { Place } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { type Draft, emptyDraft, placeAt, requestOf } from '../../src/dispatcher/draft.ts'

const hospital: Place = { id: 'klinik', name: { zh: '医院' }, position: { lon: 8.67, lat: 49.42 }, kind: 'hospital' }
const to: Draft = { ...emptyDraft, destination: { place: hospital } }

describe('requestOf', () => {
  it('lets the server choose the best unit', () => {
    expect(requestOf(to)).toEqual({ role: 'ambulance', destination: hospital.position, importance: '1/1' })
  })

  it('names the unit that was chosen', () => {
    expect(requestOf({ ...to, unit: 'amb-2' })).toMatchObject({ vehicle: 'amb-2' })
  })

  it('leaves the importance of a bus to the server: the urgencies are those of emergency vehicles', () => {
    expect(requestOf({ ...to, role: 'bus' })).toEqual({ role: 'bus', destination: hospital.position })
  })

  it('plans from a point, without a unit', () => {
    const request = requestOf({ ...to, unit: 'point', origin: { point: { lon: 8.6, lat: 49.4 } } })
    expect(request?.origin).toEqual({ lon: 8.6, lat: 49.4 })
    expect(request).not.toHaveProperty('vehicle')
  })

  it('asks for nothing while the destination, or the point to start from, is missing', () => {
    expect(requestOf(emptyDraft)).toBeUndefined()
    expect(requestOf({ ...to, unit: 'point' })).toBeUndefined()
  })
})

describe('placeAt', () => {
  it('knows a place by its position, within a few metres', () => {
    expect(placeAt({ lon: 8.6702, lat: 49.4201 }, [hospital])).toBe(hospital)
    expect(placeAt({ lon: 8.68, lat: 49.42 }, [hospital])).toBeUndefined()
  })
})
