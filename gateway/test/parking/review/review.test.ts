import { type StayCorrection, toTimestamp } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { dayMs, hourMs, minuteMs, openLot, startMs } from '../small-lot.ts'

type Lot = Awaited<ReturnType<typeof openLot>>
const list = async (lot: Lot, state?: string) => (await lot.call('GET /stays', { query: { state } })).items
const issued = async (lot: Lot) =>
  (await lot.call('GET /bills')).items.filter(({ state }: { state: string }) => state === 'issued')
const correct = (lot: Lot, id: string, correction: object) =>
  lot.call(`POST /stays/${id}/correct`, { body: { why: 'seen on the image', ...correction } as StayCorrection })
const auditor = { name: 'shen', roles: ['auditor' as const] }

/** An entry read right, an exit with one look-alike wrong, and nobody else of that name. */
async function misread(exit = '鲁A1234S', entry = '鲁A12345') {
  const lot = await openLot()
  await lot.clock.advance(6 * 3600)
  lot.reads({ direction: 'in', at: startMs, plate: entry, imageRef: 'in/1' })
  lot.reads({ direction: 'in', at: startMs + minuteMs, plate: '苏E99K07' })
  lot.reads({ direction: 'out', at: startMs + hourMs, plate: exit, confidence: 0.6, imageRef: 'out/1' })
  const [review] = await list(lot, 'review')
  return { lot, review }
}

describe('a stay in review', () => {
  it('has both images and a proposal with its reasons, and nothing is billed', async () => {
    const { lot, review } = await misread()
    expect(review).toMatchObject({
      reason: 'exit without an entry',
      exit: { readAs: '鲁A1234S', imageRef: 'out/1', imageUrl: `/api/v1/stays/${review.id}/images/exit` },
    })
    const [best] = review.proposals
    expect(best).toMatchObject({ kind: 'pair', plate: '鲁A12345', recommended: true })
    expect(best.probability).toBeGreaterThan(0.99)
    expect(best.reasons.map(({ en }: { en: string }) => en)).toEqual([
      'characters: 5→S',
      'the same colour',
      expect.stringContaining('stood 1 h 0 min'),
    ])
    expect(await lot.call(`GET /stays/${best.stay}`)).toMatchObject({ state: 'open', entry: { imageRef: 'in/1' } })
    expect(await issued(lot)).toEqual([])
  })

  it('green truncated to 7: is proposed to be the plate of 8', async () => {
    const lot = await openLot()
    const plateColour = 'green' as const
    lot.reads({ direction: 'in', at: startMs, plate: '鲁AD12345', plateColour })
    lot.reads({ direction: 'out', at: startMs + hourMs, plate: '鲁AD1234', plateColour })
    const [review] = await list(lot, 'review')
    expect(review.proposals).toMatchObject([{ plate: '鲁AD12345', recommended: true }])
    expect(await issued(lot)).toEqual([])
  })

  it('is proposed to be a second read when the vehicle has left seconds before', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs + hourMs })
    lot.reads({ direction: 'out', at: startMs + hourMs + 3000, plate: '鲁A1234S' })
    const [review] = await list(lot, 'review')
    expect(review.proposals).toMatchObject([{ kind: 'again', plate: '鲁A12345', recommended: true }])
  })

  it('gets no proposal where nobody inside is like it', async () => {
    const { review } = await misread('京C55667')
    expect(review.proposals.filter(({ recommended }: { recommended: boolean }) => recommended)).toEqual([])
  })

  it('of two near-twins inside neither is recommended', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs, plate: '鲁A12344' }, { direction: 'in', at: startMs, plate: '鲁A12346' })
    lot.reads({ direction: 'out', at: startMs + hourMs, plate: '鲁A12345' })
    const [review] = await list(lot, 'review')
    expect(review.proposals).toHaveLength(2)
    expect(review.proposals[0].recommended).toBe(false)
  })

  it('shows neither plates, images nor proposals to who may not see plates', async () => {
    const { lot, review } = await misread()
    const seen = await lot.call(`GET /stays/${review.id}`, { actor: auditor })
    expect(seen.proposals).toBeUndefined()
    expect(seen.exit).toMatchObject({ readAs: '鲁A1•••S', imageRef: null })
    expect(JSON.stringify(seen)).not.toContain('鲁A1234S')
  })
})

describe('a correction', () => {
  it('pairs the two, prices the stay, is audited without plates, and teaches the confusion', async () => {
    const { lot, review } = await misread()
    const [{ stay: open }] = review.proposals
    expect(await correct(lot, review.id, { action: 'pair', with: open })).toMatchObject({
      stay: { id: open, state: 'closed', plate: '鲁A12345' },
    })
    expect(await list(lot, 'review')).toEqual([])
    expect(await issued(lot)).toMatchObject([{ stay: open, plate: '鲁A12345', amountFen: 500 }])
    expect(lot.audited).toContain(`stay.correct ${review.id}`)
    const { counts } = lot.records.db.prepare('select counts from reading_errors').get() as { counts: string }
    expect(JSON.parse(counts).confusions).toEqual({ '5S': 1, S5: 1 })
    expect(await lot.metrics()).toContain('clearway_stay_corrections_total{action="pair"} 1')
    expect(await lot.metrics()).toContain('clearway_stays_in_review 0')
  })

  it('of a plate after billing takes the old bill back and issues one to the right plate', async () => {
    const lot = await openLot()
    await lot.clock.advance(7200)
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs + hourMs })
    const [stay] = await list(lot)
    await correct(lot, stay.id, { action: 'plate', plate: '鲁A12346' })
    expect(await list(lot)).toMatchObject([{ id: stay.id, plate: '鲁A12346', state: 'closed' }])
    const bills = (await lot.call('GET /bills')).items
    expect(bills).toHaveLength(2)
    expect(bills).toContainEqual(expect.objectContaining({ id: stay.bill, state: 'written-off', plate: '鲁A12345' }))
    expect(bills).toContainEqual(expect.objectContaining({ stay: stay.id, state: 'issued', plate: '鲁A12346' }))
    expect(bills[0].id).not.toBe(bills[1].id)
  })

  it('of an unreadable plate finds its entry', async () => {
    const lot = await openLot()
    await lot.clock.advance(7200)
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs + hourMs, plate: null })
    const [review] = await list(lot, 'review')
    expect(await correct(lot, review.id, { action: 'plate', plate: '鲁A12345' })).toMatchObject({
      stay: { state: 'closed', plate: '鲁A12345' },
    })
    expect(await list(lot)).toHaveLength(1)
    expect(await issued(lot)).toHaveLength(1)
  })

  it('confirms a stay that was in doubt, and late events do not put it in doubt again', async () => {
    const lot = await openLot()
    await lot.clock.advance(9 * 86_400)
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs + 8 * dayMs })
    const [stay] = await list(lot, 'review')
    await correct(lot, stay.id, { action: 'confirm' })
    expect(await issued(lot)).toHaveLength(1)
    const [bill] = await issued(lot)
    lot.reads({ direction: 'in', at: startMs + 8 * dayMs + hourMs })
    expect((await list(lot)).map(({ state }: { state: string }) => state)).toEqual(['open', 'closed'])
    expect(await issued(lot)).toEqual([bill])
  })

  it('separates a stay into an entry and an exit, and its bill is taken back', async () => {
    const lot = await openLot()
    await lot.clock.advance(7200)
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs + hourMs })
    const [stay] = await list(lot)
    await correct(lot, stay.id, { action: 'separate' })
    expect(await list(lot)).toMatchObject([
      { reason: 'exit without an entry' },
      { reason: 'entered again without an exit' },
    ])
    expect(await issued(lot)).toEqual([])
  })

  it('splits a stay in two, each priced on its own', async () => {
    const lot = await openLot()
    await lot.clock.advance(12 * 3600)
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs + 10 * hourMs })
    const [stay] = await list(lot)
    const [leftAt, enteredAt] = [2 * hourMs, 9 * hourMs].map((ms) => toTimestamp(startMs + ms))
    await correct(lot, stay.id, { action: 'split', leftAt, enteredAt })
    expect(await list(lot)).toMatchObject([{ state: 'closed' }, { id: stay.id, state: 'closed' }])
    expect((await issued(lot)).map(({ amountFen }: { amountFen: number }) => amountFen)).toEqual([500, 500])
  })

  it('gives a missing exit its time', async () => {
    const lot = await openLot()
    await lot.clock.advance(7200)
    lot.reads({ direction: 'in', at: startMs })
    const [stay] = await list(lot)
    await correct(lot, stay.id, { action: 'times', leftAt: toTimestamp(startMs + hourMs) })
    expect(await list(lot)).toMatchObject([{ id: stay.id, state: 'closed' }])
    expect(await issued(lot)).toHaveLength(1)
  })

  it('dismisses what was no visit', async () => {
    const { lot, review } = await misread()
    expect(await correct(lot, review.id, { action: 'dismiss' })).toEqual({ stay: null })
    expect(await list(lot, 'review')).toEqual([])
  })

  it.each([
    [{ action: 'plate', plate: 'XX' }, 'plate XX has the shape of no plate'],
    [{ action: 'plate', plate: '鲁A1234S' }, 'is 鲁A1234S already'],
    [{ action: 'confirm' }, 'needs a stay with an entry and an exit'],
    [{ action: 'pair', with: 's-none' }, 'there is no stay "s-none"'],
    [{ action: 'times' }, 'give at least one'],
    [{ action: 'times', enteredAt: '2030-01-01T00:00:00.000Z' }, 'lies in the future'],
    [{ action: 'times', enteredAt: toTimestamp(startMs + 2 * hourMs) }, 'leftAt lies before the entry'],
  ])('that cannot be is refused and changes nothing: %j', async (correction, reason) => {
    const { lot, review } = await misread()
    const before = await list(lot)
    await expect(correct(lot, review.id, correction)).rejects.toThrow(reason)
    expect(await list(lot)).toEqual(before)
    expect(lot.audited).not.toContain(`stay.correct ${review.id}`)
  })

  it('is refused when another passage lies between', async () => {
    const { lot, review } = await misread()
    const [{ stay: open }] = review.proposals
    lot.reads({ direction: 'out', at: startMs + 30 * minuteMs })
    await expect(correct(lot, review.id, { action: 'pair', with: open })).rejects.toThrow('one of the two must be')
  })
})
