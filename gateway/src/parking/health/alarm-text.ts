import type { LocalText, LotAlarm } from '@clearway/contracts'
import type { LotSetup } from '../lots/lots.ts'

/** An alarm in words, with what to do about it. */
export function alarmText(
  { reason, device, evidence }: Pick<LotAlarm, 'reason' | 'device' | 'evidence'>,
  lot: LotSetup,
): LocalText {
  switch (reason) {
    case 'device-lost':
      return {
        zh: `设备 ${device} 久未上报，请检查供电和网络`,
        en: `${device} has not been heard for far longer than usual; check its power and link`,
      }
    case 'clock-off': {
      const minutes = Math.round(Math.abs(evidence.offS as number) / 60)
      const ahead = (evidence.offS as number) > 0
      return {
        zh: `设备 ${device} 时钟${ahead ? '快' : '慢'} ${minutes} 分钟，请校时`,
        en: `the clock of ${device} is ${minutes} min ${ahead ? 'ahead' : 'behind'}; set it`,
      }
    }
    case 'feed-frozen':
      return {
        zh: `计数已连续 ${evidence.quarters} 个一刻钟不变，此时段从未如此，请检查出入口设备`,
        en: `the count has not moved for ${evidence.quarters} quarters of an hour, as never at this time; check the gates`,
      }
    case 'one-way': {
      const inwards = evidence.direction === 'in'
      return {
        zh: `连续 ${evidence.vehicles} 辆车只${inwards ? '进不出' : '出不进'}，请检查${inwards ? '出口' : '入口'}设备`,
        en: `${evidence.vehicles} vehicles in a row went ${inwards ? 'in and none out' : 'out and none in'}; check the other gate`,
      }
    }
    case 'capacity-or-lost-exits':
      return {
        zh: `近 ${evidence.days} 天有 ${percent(evidence.share)} 的时间在场车辆多于 ${lot.capacity} 个车位（最多 ${evidence.peak} 辆）：车位数有误或漏记离场`,
        en: `for ${percent(evidence.share)} of ${evidence.days} days more stays were inside than ${lot.capacity} bays hold (up to ${evidence.peak}): the capacity is wrong or exits are lost`,
      }
    default:
      return { en: reason }
  }
}

const percent = (share: unknown): string => `${Math.round((share as number) * 100)} %`
