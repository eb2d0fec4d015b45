import type { PlateColour } from '@clearway/contracts'
import { chinaInstant } from '../china-time.ts'
import type { OrderStay } from '../payment-provider.ts'

/** `unknown` has no name at WeChat Pay: such a plate cannot be debited. */
const colours: Readonly<Partial<Record<PlateColour, string>>> = {
  blue: 'BLUE',
  green: 'GREEN',
  yellow: 'YELLOW',
  black: 'BLACK',
  white: 'WHITE',
  'yellow-green': 'LIMEGREEN',
}

/** Why a plate cannot be debited, by `block_reason`. */
const blocks: Readonly<Record<string, string>> = {
  PAUSE: 'the driver has paused the parking service',
  OVERDUE: 'the driver owes WeChat Pay an earlier debit',
  OUT_SERVICE: 'no driver has signed the parking service for this plate',
  EVALUATION_FAILED: 'the driver is not eligible for the parking service',
}

export const blockedBecause = (reason: string | undefined): string =>
  `${reason ?? 'BLOCKED'}: ${blocks[reason ?? ''] ?? 'the plate cannot be debited'}`

/** The fields that entry and debit share; undefined for a colour that the service does not know. */
export function plateFields(plate: string, { plateColour }: OrderStay) {
  const colour = colours[plateColour]
  return colour && { plate_number: plate, plate_color: colour }
}

/**
 * The entry that a debit refers to (`POST /v3/vehicle/parking/parkings`). Free time is 0: what is free is in the price.
 *
 * @param number ours, unique for the merchant
 * @see https://pay.weixin.qq.com/wiki/doc/apiv3_partner/apis/chapter8_8_2.shtml
 */
export const entryFields = (number: string, stay: OrderStay) => ({
  out_parking_no: number,
  start_time: chinaInstant(stay.enteredMs),
  parking_name: stay.lotName.slice(0, 64),
  free_duration: 0,
})

/**
 * `parking_info` of a debit (`POST /v3/vehicle/transactions/parking`).
 *
 * @param parkingId what the entry was given
 * @see https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter8_8_3.shtml
 */
export const debitFields = (parkingId: string, stay: OrderStay) => ({
  parking_id: parkingId,
  start_time: chinaInstant(stay.enteredMs),
  end_time: chinaInstant(stay.leftMs),
  parking_name: stay.lotName.slice(0, 64),
  charging_duration: Math.max(0, Math.round((stay.leftMs - stay.enteredMs) / 1000)),
  device_id: stay.lot.slice(0, 32),
})
