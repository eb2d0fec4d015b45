import i18next from 'i18next'
import { describe, expect, it } from 'vitest'
import en from '../../src/language/en.json'
import zh from '../../src/language/zh.json'

type Texts = { [key: string]: string | Texts }

const flat = (texts: Texts, prefix = ''): Map<string, string> =>
  new Map(
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)],
    ),
  )

const placeholders = (text: string): string[] => (text.match(/\{\{.+?\}\}/g) ?? []).sort()
const english = flat(en)
const chinese = flat(zh)

describe('texts', () => {
  it('say the same things in both languages', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('have the same placeholders in both languages', () => {
    for (const [key, text] of english) expect(placeholders(chinese.get(key) ?? ''), key).toEqual(placeholders(text))
  })

  it('leave nothing empty', () => {
    for (const [key, text] of [...english, ...chinese]) expect(text.trim(), key).not.toBe('')
  })

  it('are translated: no Chinese in English, and Chinese wherever there are words', () => {
    for (const [key, text] of english)
      if (key !== 'header.switchLanguage') expect(text, key).not.toMatch(/\p{Script=Han}/u)
    for (const [key, text] of chinese) {
      const words = text.replace(/\{\{.+?\}\}/g, '').match(/\p{L}/u)
      if (words && key !== 'header.switchLanguage') expect(text, key).toMatch(/\p{Script=Han}/u)
    }
  })

  it('count one of a thing as one', async () => {
    const english = i18next.createInstance()
    await english.init({ lng: 'en', resources: { en: { translation: en } } })
    expect(english.t('dispatch.signals', { count: 1 })).toBe('1 signal on the way')
    expect(english.t('dispatch.signals', { count: 0 })).toBe('0 signals on the way')
    expect(english.t('dispatch.alternatives', { count: 1 })).toBe('1 alternative')
    expect(english.t('route.steps', { count: 1 })).toBe('Directions, 1 step')
  })
})
