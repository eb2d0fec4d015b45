const minuteMs = 60_000

/** Entry opens so long before the appointment. */
const opensBeforeMs = 60 * minuteMs
/** Who has not come so long after it does not come. */
const arrivalToleranceMs = 30 * minuteMs
/** From the opening of the entry on. */
const defaultStayMs = 180 * minuteMs
/** A visit that is planned to end later keeps its bay to the way back to the car. */
const afterVisitMs = 30 * minuteMs

export interface ReservationTimes {
  anchorMs: number
  fromMs: number
  untilMs: number
  /** End of the arrival window. */
  latestMs: number
}

/**
 * The times of a bay for an appointment: entry opens 1 h before it, the bay is kept to 30 min after it, and a stay lasts
 * 3 h from the opening, longer where the visit does.
 *
 * @param endMs planned end of the visit
 */
export const timesOfAppointment = (startMs: number, endMs: number): ReservationTimes => ({
  anchorMs: startMs,
  fromMs: startMs - opensBeforeMs,
  untilMs: Math.max(startMs - opensBeforeMs + defaultStayMs, endMs + afterVisitMs),
  latestMs: startMs + arrivalToleranceMs,
})

/** The times of a bay that was asked for by its own times. */
export const timesOfStay = (fromMs: number, untilMs: number): ReservationTimes => ({
  anchorMs: fromMs,
  fromMs,
  untilMs,
  latestMs: Math.min(fromMs + arrivalToleranceMs, untilMs),
})
