import type { TariffDocument } from '@clearway/contracts'

/** Takes a fault: where, and what is wrong with which value and what to do. */
export type FaultSink = (field: string, message: string) => void

/** A cap below one block would be the price of everything. */
export function capFaults(
  cap: number,
  blocks: readonly { fen: number; what: string }[],
  path: string,
  fault: FaultSink,
): void {
  for (const { fen, what } of blocks) {
    if (cap < fen) fault(path, `${cap} is below ${what} ${fen}; raise the cap or lower the block`)
  }
}

/** Rounding up must not lift a price over its cap. */
export function roundingFault({ rounding }: TariffDocument, cap: number, path: string, fault: FaultSink): void {
  if (rounding && cap % rounding.toFen !== 0) {
    fault(path, `${cap} is no multiple of rounding.toFen ${rounding.toFen}; make it one`)
  }
}

/** Steps follow each other and hold whole blocks. */
export function stepFaults(
  { first, steps = [] }: Pick<TariffDocument, 'first' | 'steps'>,
  path: string,
  fault: FaultSink,
): void {
  let from = first?.untilMin ?? 0
  for (const [i, { untilMin, everyMin }] of steps.entries()) {
    const length = untilMin - from
    if (length <= 0) fault(`${path}steps.${i}.untilMin`, `${untilMin} must be more than ${from}, where the step begins`)
    else if (length % everyMin !== 0) {
      fault(
        `${path}steps.${i}.untilMin`,
        `${untilMin} cuts a block of ${everyMin} min that begins at ${from}; give ${untilMin - (length % everyMin) + everyMin}`,
      )
    }
    from = untilMin
  }
}
