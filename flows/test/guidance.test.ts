import { describe, expect, it } from 'vitest'
import { LotGuidance } from '../nodes/lot-guidance/guidance.ts'
import { approachSign, lot, startMs } from './samples.ts'

const guidance = () => {
  const made = new LotGuidance({ nearlyFull: 0.9, roomAgain: 0.85, holdS: 600 })
  made.learn(approachSign)
  return made
}

describe('lot guidance', () => {
  it('tells the approach sign once when the lot becomes nearly full', () => {
    const made = guidance()
    expect(made.see(lot(89), startMs)).toEqual([])
    const [command] = made.see(lot(90), startMs)
    expect(command?.sign).toBe('sign-kaufhof')
    expect(command?.message.text).toEqual({ zh: '考夫霍夫 车位将满 余10', en: 'Kaufhof nearly full, 10 left' })
    expect(made.see(lot(91), startMs + 1000)).toEqual([])
  })

  it('renews a standing message before it lapses', () => {
    const made = guidance()
    made.see(lot(95), startMs)
    expect(made.see(lot(95), startMs + 299_000)).toEqual([])
    expect(made.see(lot(95), startMs + 301_000)).toHaveLength(1)
  })

  it('does not flicker between the two thresholds', () => {
    const made = guidance()
    made.see(lot(90), startMs)
    expect(made.see(lot(87), startMs + 1000)).toEqual([])
    expect(made.see(lot(84), startMs + 2000)[0]?.message.text.en).toBe('Kaufhof 16 free')
    expect(made.see(lot(87), startMs + 3000)).toEqual([])
  })

  it('is silent for a lot without a sign', () => {
    expect(new LotGuidance({ nearlyFull: 0.9, roomAgain: 0.85, holdS: 600 }).see(lot(99), startMs)).toEqual([])
  })
})
