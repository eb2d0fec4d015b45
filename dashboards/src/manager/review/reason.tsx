import type { Stay } from '@clearway/contracts'
import { useLanguage } from '../../language/use-language.ts'

/** The reasons that the server gives, in English, and the names of their texts here. Others are shown as they are. */
const known = {
  'plate not read': 'unread',
  'no plate has this shape': 'noPlate',
  'exit without an entry': 'noEntry',
  'entered again without an exit': 'noExit',
  'longer than the stay limit of the lot': 'tooLong',
  'open for longer than the stay limit of the lot; whether it has left is not known': 'expired',
  'two vehicles with this plate were inside at once: one of them is cloned or misread': 'twoInside',
  'the same plate was in another lot at the same time: cloned, misread, or its exit was missed': 'elsewhere',
} as const

/** Why a stay waits for a person. */
export function Reason({ stay: { reason } }: { stay: Stay }) {
  const { t } = useLanguage()
  if (!reason) return null
  const name = known[reason as keyof typeof known]
  return <span className="soft">{name ? t(`review.reasons.${name}`) : reason}</span>
}
