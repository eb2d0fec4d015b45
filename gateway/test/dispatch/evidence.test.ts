import { describe, expect, it } from 'vitest'
import { type Evidence, evidenceOf } from '../../src/dispatch/evidence.ts'
import { openRecord } from '../../src/signals/signed-record.ts'
import { Street } from './street.ts'

const evidence = (street: Street, id: string): Evidence =>
  evidenceOf(street.missions.get(id), street.missions.stored.events(id))

/** Its line breaks: it hears nothing and says nothing. */
function silence(street: Street, junction: string): void {
  street.agents.delete(junction)
  street.outside.downlink.disconnect(junction)
}

describe('the record of a mission', () => {
  it('says what was promised at departure and whether it came true, what was gained and what it cost', async () => {
    const street = await Street.open(4)
    street.agents.get('j-3')!.control = 'manual'
    await street.run(6)
    const { id } = street.send(2000)
    const atDeparture = evidence(street, id).balance
    expect(atDeparture).toMatchObject({ tookS: null, savedS: null, promisesKept: 0 })
    expect(atDeparture.withoutPriorityS).toBeCloseTo(2000 / 15 + 40, 0)
    expect(atDeparture.junctions.map((one) => one.promisedAtDeparture)).toEqual([true, true, false, true])
    await street.run(160)
    const { dispatch, balance } = evidence(street, id)
    expect(dispatch.state).toBe('completed')
    // Four signals at ten seconds each, by the map.
    expect(balance.withoutPriorityS).toBeCloseTo(2000 / 15 + 40, 0)
    expect(balance.savedS).toBeCloseTo(balance.withoutPriorityS! - balance.tookS!, 1)
    expect(balance.estimate).toMatch(/mean wait/)
    const [first, , third] = balance.junctions
    expect(first).toMatchObject({ junction: 'j-1', promisedAtDeparture: true, passedGreen: true, expectedDelayS: null })
    expect(first!.calledS).toBeGreaterThan(10)
    expect(first!.waitedForVehicleS).toBeGreaterThan(0)
    expect(first!.recoveryS).toBeGreaterThan(0)
    expect(third).toMatchObject({ junction: 'j-3', promisedAtDeparture: false, passedGreen: false })
    expect(third!.expectedDelayS).toBeGreaterThan(5)
    expect(balance.promisesKept).toBe(3)
    expect(balance.promisesBroken).toBe(0)
    await street.stop()
  })

  it('counts a promise that was broken', async () => {
    const street = await Street.open(2)
    const { id } = street.send(1000)
    await street.run(5)
    silence(street, 'j-2')
    await street.run(80)
    const { balance } = evidence(street, id)
    expect(balance.junctions[1]).toMatchObject({ junction: 'j-2', promisedAtDeparture: true, passedGreen: false })
    expect(balance).toMatchObject({ promisesKept: 1, promisesBroken: 1 })
    await street.stop()
  })

  it('has saved nothing where the mission was cancelled', async () => {
    const street = await Street.open(2)
    const { id } = street.send(1000)
    await street.run(20)
    street.missions.cancel(id, { name: 'wang', roles: ['dispatcher'] })
    expect(evidence(street, id).balance).toMatchObject({ tookS: 20, savedS: null })
    await street.stop()
  })

  it('is signed by the gateway: another key, and any change, is found', async () => {
    const street = await Street.open(1)
    const { id } = street.send(600)
    await street.run(10)
    const record = evidence(street, id)
    const jws = street.outside.core.signRecord(record)
    const key = street.outside.issuer.publicKey
    expect(openRecord(jws, key)).toEqual(JSON.parse(JSON.stringify(record)))
    const [header, payload, signature] = jws.split('.') as [string, string, string]
    const other = payload.slice(0, 40) + (payload[40] === 'A' ? 'B' : 'A') + payload.slice(41)
    expect(() => openRecord(`${header}.${other}.${signature}`, key)).toThrow(/was changed/)
    const another = await Street.open(1)
    expect(() => openRecord(jws, another.outside.issuer.publicKey)).toThrow(/not of this key/)
    expect(() => openRecord('not.a', key)).toThrow(/three parts/)
    expect(() => openRecord(jws, 'no key')).toThrow(/no public key in PEM/)
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    expect(() => openRecord(`${none}.${payload}.`, key)).toThrow(/three parts/)
    expect(() => openRecord(`${none}.${payload}.${signature}`, key)).toThrow(/signed with none/)
    await street.stop()
    await another.stop()
  })
})
