import type { FieldError, TariffDocument } from '@clearway/contracts'

/**
 * What a well-formed document can still get wrong. Empty when the rules fit together.
 *
 * @param document has passed its schema
 */
export function tariffFaults({ name, free, first, further, capPer24hFen: cap }: TariffDocument): FieldError[] {
  const faults: FieldError[] = []
  const fault = (field: string, message: string) => faults.push({ field: `document.${field}`, message })
  if (!name.zh && !name.en) fault('name', 'needs zh or en')
  if (free.kind === 'threshold' && first.untilMin <= free.withinMin) {
    fault(
      'first.untilMin',
      `${first.untilMin} must be more than free.withinMin ${free.withinMin}: no stay would ever be in the first block`,
    )
  }
  if (cap !== null && cap < first.amountFen) {
    fault(
      'capPer24hFen',
      `${cap} is below the first block's ${first.amountFen}; raise the cap or lower first.amountFen`,
    )
  }
  if (cap !== null && cap < further.amountFen) {
    fault('capPer24hFen', `${cap} is below one further block's ${further.amountFen}; raise the cap`)
  }
  return faults
}
