import { NotFoundError, type SeenPassage, type StayCorrection } from '@clearway/contracts'
import type { Core } from '../../core.ts'
import type { Actor } from '../../http/route.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { Sighting } from '../stays/sightings.ts'
import type { StayRecord } from '../stays/stays.ts'
import { correctStay } from './correct-stay.ts'
import { reviewCounters } from './counters.ts'
import { LearnedErrors } from './learned-errors.ts'
import { type Proposal, Proposals } from './proposals.ts'

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
    const { lot, plate, enteredMs, leftMs, state } = stay
    const seen = (direction: 'in' | 'out', atMs: number | null) => {
      const sighting = atMs === null ? undefined : this.#ledger.sightings.find({ lot, plate, direction, atMs })
      return sighting && this.#seenPassage(sighting)
    }
    const [entry, exit] = [seen('in', enteredMs), seen('out', leftMs)]
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

  #seenPassage({ gate, readAs, colour, vehicleClass, confidence, imageRef }: Sighting): SeenPassage {
    const template = this.#core.config.parking?.imageUrl
    const imageUrl = imageRef !== null && template ? template.replace('{ref}', encodeURIComponent(imageRef)) : undefined
    return { gate, readAs, plateColour: colour, vehicleClass, confidence, imageRef, ...(imageUrl && { imageUrl }) }
  }
}
