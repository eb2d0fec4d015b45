import type { LocalText, RouteStep, StepKind } from '@clearway/contracts'
import { compassName } from '../network/local-name.ts'

/** All that the words of a step are made of. */
export interface Spoken extends Pick<RouteStep, 'kind' | 'street' | 'exit' | 'againstOneWay' | 'forbidden'> {
  /** Direction of travel after it, for the departure. */
  bearingDeg: number
  /** Into a ramp. */
  ramp: boolean
  /** The step before it was on the same street. */
  staysOn: boolean
  /** Where the destination lies, at the arrival; undefined when it is on the road. */
  side?: 'left' | 'right' | undefined
}

type Turn = Exclude<StepKind, 'depart' | 'arrive' | 'roundabout' | 'merge'>

const turns: Record<Turn, { en: string; zh: string }> = {
  straight: { en: 'Go straight on', zh: '直行' },
  'slight-left': { en: 'Bear left', zh: '向左前方行驶' },
  left: { en: 'Turn left', zh: '左转' },
  'sharp-left': { en: 'Turn sharp left', zh: '向左后方急转' },
  'slight-right': { en: 'Bear right', zh: '向右前方行驶' },
  right: { en: 'Turn right', zh: '右转' },
  'sharp-right': { en: 'Turn sharp right', zh: '向右后方急转' },
  'u-turn': { en: 'Turn round', zh: '掉头' },
}

const ordinal = (n: number): string => {
  const tens = n % 100
  const suffix = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${suffix}`
}

/** The step in words. Street names stay as the map has them. */
export function stepText(step: Spoken): Required<LocalText> {
  const { en, zh } = words(step)
  return {
    en:
      en +
      (step.againstOneWay ? ', against the one-way direction' : '') +
      (step.forbidden ? ' (turn closed to ordinary traffic)' : ''),
    zh: zh + (step.againstOneWay ? '，逆单行方向行驶' : '') + (step.forbidden ? '（此处禁止社会车辆转向）' : ''),
  }
}

function words(step: Spoken): Required<LocalText> {
  const { kind, street, exit, bearingDeg, ramp, staysOn, side } = step
  const named = street !== ''
  switch (kind) {
    case 'depart': {
      const towards = compassName(bearingDeg)
      return {
        en: `Head ${towards.en}${named ? ` on ${street}` : ''}`,
        zh: `${named ? `沿${street}` : ''}向${towards.zh}行驶`,
      }
    }
    case 'arrive':
      return side === undefined
        ? { en: 'You have arrived', zh: '到达目的地' }
        : {
            en: `You have arrived; your destination is on the ${side}`,
            zh: `到达目的地，目的地在道路${side === 'left' ? '左' : '右'}侧`,
          }
    case 'merge':
      return named
        ? { en: `Merge into ${street}`, zh: `汇入${street}` }
        : { en: 'Merge into the main road', zh: '汇入主路' }
    case 'roundabout':
      if (exit === undefined) return { en: 'Enter the roundabout', zh: '进入环岛' }
      return {
        en: `At the roundabout take the ${ordinal(exit)} exit${named ? ` into ${street}` : ''}`,
        zh: `进入环岛，从第${exit}个出口驶出${named ? `，进入${street}` : ''}`,
      }
    default: {
      const turn = turns[kind]
      if (ramp && !named)
        return { en: `${turn.en} into the slip road`, zh: `${turn.zh}${kind === 'straight' ? '，驶入' : '，进入'}匝道` }
      if (!named) return turn
      if (kind === 'u-turn') return { en: `${turn.en} and follow ${street}`, zh: `${turn.zh}，沿${street}行驶` }
      if (staysOn) return { en: `${turn.en} to stay on ${street}`, zh: `${turn.zh}，继续沿${street}行驶` }
      return {
        en: `${turn.en} into ${street}`,
        zh: `${turn.zh}${kind.startsWith('slight') || kind.startsWith('sharp') ? '，' : ''}进入${street}`,
      }
    }
  }
}
