import { type SeenPassage, type Stay, toTimestamp } from '@clearway/contracts'
import type { Actor } from '../../http/route.ts'
import type { ReviewDesk } from '../review/review-desk.ts'
import { maskPlate } from './plate.ts'
import { seesPlates, shownPlate } from './plate-sight.ts'
import type { StayRecord } from './stays.ts'

export const stayBody = (stay: StayRecord, actor: Actor): Stay => ({
  id: stay.id,
  lot: stay.lot,
  plate: stay.plate === null ? null : shownPlate(stay.plate, actor),
  plateColour: stay.colour,
  vehicleClass: stay.vehicleClass,
  state: stay.state,
  enteredAt: stay.enteredMs === null ? null : toTimestamp(stay.enteredMs),
  leftAt: stay.leftMs === null ? null : toTimestamp(stay.leftMs),
  ...(stay.reason === null ? {} : { reason: stay.reason }),
  bill: stay.bill,
})

/** An image shows the plate. */
const withoutImage = ({ imageUrl: _, ...passage }: SeenPassage): SeenPassage => ({ ...passage, imageRef: null })

/** What a camera saw, as far as the caller may see it. */
export const seenBody = (passage: SeenPassage, actor: Actor): SeenPassage =>
  seesPlates(actor) ? passage : { ...withoutImage(passage), readAs: passage.readAs && maskPlate(passage.readAs) }

/** With what cameras saw and, in review, what it may be: plates only for those who may see them. */
export function wholeStay(stay: StayRecord, desk: ReviewDesk, actor: Actor): Stay {
  const { entry, exit, proposals } = desk.look(stay)
  return {
    ...stayBody(stay, actor),
    ...(entry && { entry: seenBody(entry, actor) }),
    ...(exit && { exit: seenBody(exit, actor) }),
    ...(proposals && seesPlates(actor) && { proposals }),
  }
}
