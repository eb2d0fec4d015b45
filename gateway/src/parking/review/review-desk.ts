import { NotFoundError, type SeenPassage, type StayCorrection } from '@clearway/contracts'
import type { Core } from '../../core.ts'
import type { Actor } from '../../http/route.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { Sighting } from '../stays/sightings.ts'
import type { StayRecord } from '../stays/stays.ts'
import { correctStay } from './correct-stay.ts'
import { reviewCounters } from './counters.ts'
import { type GateImage, gateImage } from './images.ts'
import { LearnedErrors } from './learned-errors.ts'
import { type Proposal, Proposals } from './proposals.ts'

const passages = ['entry', 'exit'] as const
export type PassageName = (typeof passages)[number]

/** What there is to see of a stay. */
export interface StayView {
  entry?: SeenPassage
  exit?: SeenPassage
  proposals?: Proposal[]
}

/** Where people look at stays that do not add up, and correct them. */
export class ReviewDesk {
  readonly #core: Core
  readonly #ledger: LotLedger
  readonly #learned: LearnedErrors
  readonly #proposals: Proposals
  readonly #counters: ReturnType<typeof reviewCounters>

  constructor(core: Core, ledger: LotLedger) {
    this.#core = core
    this.#ledger = ledger
    this.#learned = new LearnedErrors(core.records)
    this.#proposals = new Proposals(ledger, this.#learned)
    this.#counters = reviewCounters(core.metrics, () => ledger.stays.count('review'))
  }

  look(stay: StayRecord): StayView {
    const { state } = stay
    const [entry, exit] = passages.map((passage) => {
      const sighting = this.#sighting(stay, passage)
      return sighting && this.#seenPassage(stay.id, passage, sighting)
    })
    const proposals = state === 'review' ? this.#proposals.of(stay, this.#core.clock.now()) : undefined
    return { ...(entry && { entry }), ...(exit && { exit }), ...(proposals && { proposals }) }
  }

  /**
   * @returns the stay as it is now; null when it was no visit
   * @throws NotFoundError; InputError and ConflictError as `correctStay`
   */
  correct(id: string, correction: StayCorrection, actor: Actor): StayRecord | null {
    const stay = this.#ledger.stays.find(id)
    if (!stay) throw new NotFoundError('stay-unknown', `there is no stay "${id}"`)
    const nowMs = this.#core.clock.now()
    try {
      return this.#core.records.transaction(() => {
        const corrected = correctStay(this.#ledger, stay, correction, { nowMs, issuedMs: nowMs })
        this.#learned.learn(corrected.confirmed)
        const { action, why } = correction
        // The plates stay in the billing store: the log says which stays, and what they cost before and now.
        this.#core.audit.record(actor, 'stay.correct', id, {
          action,
          why,
          before: { state: stay.state, amountFen: stay.amountFen, bill: stay.bill },
          after: corrected.stay && {
            stay: corrected.stay.id,
            state: corrected.stay.state,
            amountFen: corrected.stay.amountFen,
            bill: corrected.stay.bill,
          },
        })
        this.#ledger.settle()
        this.#counters.corrections.inc({ action })
        this.#proposals.refresh()
        return corrected.stay
      })
    } catch (error) {
      this.#ledger.discard()
      throw error
    }
  }

  /**
   * What a camera photographed. Who looked at whose image is on record.
   *
   * @throws NotFoundError `stay-unknown`, `image-unknown`; WorldError as `gateImage`
   */
  image(id: string, passage: PassageName, actor: Actor): Promise<GateImage> {
    const stay = this.#ledger.stays.find(id)
    if (!stay) throw new NotFoundError('stay-unknown', `there is no stay "${id}"`)
    const template = this.#core.config.parking.imageUrl
    const imageRef = this.#sighting(stay, passage)?.imageRef
    if (!imageRef) throw new NotFoundError('image-unknown', `no image was taken of the ${passage} of stay ${id}`)
    if (!template) throw new NotFoundError('image-unknown', 'parking.imageUrl does not say where images are kept')
    this.#core.records.transaction(() => this.#core.audit.record(actor, 'stay.image', id, { passage }))
    return gateImage(template, imageRef)
  }

  #sighting({ lot, plate, enteredMs, leftMs }: StayRecord, passage: PassageName): Sighting | undefined {
    const atMs = passage === 'entry' ? enteredMs : leftMs
    if (atMs === null) return undefined
    return this.#ledger.sightings.find({ lot, plate, direction: passage === 'entry' ? 'in' : 'out', atMs })
  }

  #seenPassage(stay: string, passage: PassageName, sighting: Sighting): SeenPassage {
    const { gate, readAs, colour, vehicleClass, confidence, imageRef } = sighting
    const shown = imageRef !== null && this.#core.config.parking.imageUrl !== undefined
    const imageUrl = `/api/v1/stays/${encodeURIComponent(stay)}/images/${passage}`
    return { gate, readAs, plateColour: colour, vehicleClass, confidence, imageRef, ...(shown && { imageUrl }) }
  }
}
