import type { LocalText, TariffDocument } from '@clearway/contracts'
import type { useLanguage } from '../language/use-language.ts'

type Translate = ReturnType<typeof useLanguage>['t']

/** The rules of a tariff that most people pay by, a phrase each. */
export function tariffParts(
  { free, first, further, windows = [], capPer24hFen, vehicles, discounts }: TariffDocument,
  t: Translate,
  text: (text: LocalText) => string,
  money: (fen: number) => string,
): string[] {
  return [
    ...(free && free.withinMin > 0 ? [t('detail.free', { minutes: free.withinMin })] : []),
    ...(first ? [t('detail.first', { minutes: first.untilMin, amount: money(first.amountFen) })] : []),
    ...(further ? [t('detail.further', { minutes: further.everyMin, amount: money(further.amountFen) })] : []),
    ...windows.map(({ name, from = '00:00', until = '24:00', further: blocks }) =>
      t('detail.window', {
        window: `${name ? `${text(name)} ` : ''}${from}–${until}`,
        minutes: blocks.everyMin,
        amount: money(blocks.amountFen),
      }),
    ),
    ...(capPer24hFen == null ? [] : [t('detail.cap', { amount: money(capPer24hFen) })]),
    ...(vehicles ? [t('detail.vehicles')] : []),
    ...(discounts ?? []).map(({ name }) => text(name)),
  ]
}
