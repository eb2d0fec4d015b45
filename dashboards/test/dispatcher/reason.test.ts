import i18next from 'i18next'
import { describe, expect, it } from 'vitest'
import { reasonText } from '../../src/dispatcher/reason.ts'
import zh from '../../src/language/zh.json'

const chinese = i18next.createInstance()
await chinese.init({ lng: 'zh', resources: { zh: { translation: zh } }, interpolation: { escapeValue: false } })
const { t } = chinese

describe('the reason of a mission or one of its signals', () => {
  it.each([
    ['no position of the vehicle for 60 s', zh.reason.silent],
    ['the vehicle has left its route', zh.reason.offRoute],
    ['held for 60 s without the vehicle', zh.reason.heldTooLong],
    ['held for as long as allowed', zh.reason.heldTooLong],
    ['waits for d-20261123-2', zh.reason.waits],
    ['vehicle amb-1 has just used up the maximum presence here', zh.reason.tooSoon],
    ['arrivalLatest 2026-11-23T07:00:00.000+01:00 has passed', zh.reason.tooLate],
    ['controller is offline', zh.reason.noAnswer],
  ])('"%s" is told in Chinese', (words, text) => {
    expect(reasonText(words, t)).toBe(text)
  })

  it('names the mode of the controller and the person in it', () => {
    expect(reasonText('controller is in mode manual', t)).toBe('信号机处于“手动”状态')
    expect(reasonText('controller is in flash mode', t)).toBe('信号机处于“黄闪”状态')
    expect(reasonText('d-12 goes first', t)).toBe('任务 d-12 优先通行')
    expect(reasonText('cancelled by 王 <admin>', t)).toBe('由 王 <admin> 取消')
  })

  it('is shown in its own words when nobody foresaw it', () => {
    expect(reasonText('role bus: this junction offers none', t)).toBe('role bus: this junction offers none')
  })
})
