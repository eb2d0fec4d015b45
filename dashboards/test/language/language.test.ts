import { describe, expect, it } from 'vitest'
import { languageOf, textIn } from '../../src/language/language.ts'

describe('languageOf', () => {
  it('takes the first wish that is spoken', () => {
    expect(languageOf([null, 'de-DE', 'zh-CN', 'en'])).toBe('zh')
    expect(languageOf(['EN-us', 'zh'])).toBe('en')
  })

  it('is English when none is', () => {
    expect(languageOf([undefined, 'fr', ''])).toBe('en')
  })
})

describe('textIn', () => {
  it('falls back to the other language, and to nothing', () => {
    expect(textIn({ zh: '海德堡', en: 'Heidelberg' }, 'zh')).toBe('海德堡')
    expect(textIn({ en: 'Poststraße' }, 'zh')).toBe('Poststraße')
    expect(textIn({}, 'en')).toBe('')
  })
})
