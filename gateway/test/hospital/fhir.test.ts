import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminToken, SmallGateway } from '../http/small-gateway.ts'
import { fhir } from './small-hospital.ts'

const small = await SmallGateway.open({ CLEARWAY_CITY_TIME_ZONE: 'Asia/Shanghai' })
beforeAll(async () => {
  const lot = { name: { zh: '人民医院' }, position: { lon: 117.02, lat: 36.66 }, capacity: 50, kind: 'hospital' }
  expect((await small.ask('PUT', 'lots/people', lot)).status).toBe(200)
})
afterAll(() => small.close())

const send = async (body: object, accept: string) => {
  const answer = await small.gateway.app.inject({
    method: 'POST',
    url: '/api/v1/hospitals/people/appointments',
    payload: JSON.stringify(body),
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/fhir+json', accept },
  })
  return { status: answer.statusCode, type: answer.headers['content-type'], json: answer.json() }
}

describe('a lot of the kind hospital', () => {
  it('is a hospital by itself, with protected bays', async () => {
    const { json } = await small.ask('GET', 'hospitals/people')
    expect(json).toMatchObject({ id: 'people', lot: 'people', emergencyBays: 2, disabledBays: 1, overbookingRisk: 0 })
    expect((await small.ask('GET', 'hospitals')).json.items).toEqual([json])
  })

  it('takes no reservations without an appointment', async () => {
    const span = { from: '2026-11-24T08:00:00.000Z', until: '2026-11-24T10:00:00.000Z' }
    const answer = await small.ask('POST', 'reservations', { lot: 'people', plate: '鲁A12345', ...span })
    expect(answer).toMatchObject({ status: 409, json: { errors: [{ field: 'lot' }] } })
    expect(answer.json.detail).toContain('POST /hospitals/people/appointments')
  })
})

describe('an HL7 FHIR R4 Appointment', () => {
  it('is answered with the reservation', async () => {
    const answer = await send(fhir('f1', 20), 'application/json')
    expect(answer).toMatchObject({ status: 200, json: { state: 'booked', lot: 'people', bay: '1', appointment: 'f1' } })
    expect(answer.type).toContain('application/json')
  })

  it('is answered in FHIR to who accepts FHIR: the appointment with what became of its bay', async () => {
    const sent = fhir('f1', 20)
    const answer = await send(sent, 'application/fhir+json')
    expect(answer).toMatchObject({ status: 200, type: 'application/fhir+json' })
    const { extension, ...rest } = answer.json
    expect(rest).toEqual({ ...sent, extension: undefined })
    const made = extension.find(({ url }: { url: string }) => url === 'urn:clearway:reservation')
    expect(made.extension).toContainEqual({ url: 'bay', valueString: '1' })
    expect(made.extension).toContainEqual({ url: 'walkM', valueDecimal: 0 })
    // What was answered is itself an appointment that may be sent.
    expect(await send(answer.json, 'application/json')).toMatchObject({ status: 200, json: { bay: '1' } })
  })

  it('that is refused is answered with problem+json, or with an OperationOutcome that names the elements', async () => {
    const bad = fhir('f2', -9, { plate: 'X' })
    const problem = await send(bad, '*/*')
    expect(problem).toMatchObject({ status: 400, type: 'application/problem+json' })
    expect(problem.json.errors).toMatchObject([{ field: 'extension[urn:clearway:licence-plate].valueString' }])
    const outcome = await send(
      { ...fhir('f2', -9), end: undefined, status: 'proposed' },
      'application/fhir+json; charset=utf-8',
    )
    expect(outcome).toMatchObject({
      status: 400,
      type: 'application/fhir+json',
      json: { resourceType: 'OperationOutcome' },
    })
    expect(outcome.json.issue).toMatchObject([
      { severity: 'error', code: 'invalid', expression: ['Appointment.end'] },
      { severity: 'error', code: 'invalid', expression: ['Appointment.status'] },
    ])
  })

  it('of no known element is refused, so that nothing is lost unseen', async () => {
    const answer = await send({ ...fhir('f3', 20), modifierExtension: [{ url: 'urn:not' }] }, 'application/json')
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ field: 'modifierExtension' }] } })
  })

  it('in conflict is one issue of that kind', async () => {
    const twice = await send(fhir('f4', 20, { plate: '鲁A10001' }), 'application/fhir+json')
    expect(twice).toMatchObject({
      status: 409,
      json: { issue: [{ code: 'conflict', expression: ['Appointment.start'] }] },
    })
  })

  it('is announced by a capability statement', async () => {
    const { headers, json } = await small.ask('GET', 'hospitals/people/metadata')
    expect(headers['content-type']).toBe('application/fhir+json')
    expect(json).toMatchObject({ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', kind: 'instance' })
    expect(json.rest[0].resource[0].type).toBe('Appointment')
  })
})

it('a table of the reservations is text that no spreadsheet runs', async () => {
  const { text } = await small.ask('GET', 'reservations.csv?hospital=people')
  const [head, ...rows] = text.trim().split('\r\n')
  expect(head).toMatch(/^\uFEFF?id,state,lot,bay/)
  expect(rows).toHaveLength((await small.ask('GET', 'reservations')).json.items.length)
  expect(rows[0]).toContain('booked,people,1,')
})

describe('who may see what', () => {
  it('plates are masked for those who do not need them', async () => {
    await small.signInEveryRole()
    const seen = async (role: 'hospital' | 'auditor') =>
      (await small.ask('GET', 'reservations', undefined, small.tokens.get(role))).json.items[0].plate
    expect(await seen('hospital')).toBe('鲁A10001')
    expect(await seen('auditor')).toBe('鲁A1•••1')
  })

  it('only they search by plate', async () => {
    const search = (role: 'hospital' | 'auditor') =>
      small.ask('GET', `reservations?plate=${encodeURIComponent('鲁A·10001')}`, undefined, small.tokens.get(role))
    expect((await search('hospital')).json.items).toHaveLength(1)
    expect(await search('auditor')).toMatchObject({ status: 403, json: { type: 'urn:clearway:problem:plate-search' } })
  })

  it('the audit log names no plate', async () => {
    const { text } = await small.ask('GET', 'audit')
    expect(text).toContain('reservation.book')
    expect(text).not.toContain('10001')
  })
})
