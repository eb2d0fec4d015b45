import type { LocalText } from '@clearway/contracts'

const languages = ['zh', 'en'] as const
export type Language = (typeof languages)[number]

/** The first of the wishes that is spoken here, `zh-CN` as well as `zh`; English when none is. */
export function languageOf(wishes: readonly (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    const found = languages.find((language) => wish?.toLowerCase().split('-')[0] === language)
    if (found) return found
  }
  return 'en'
}

/** The text in the language, else in the other one: names of an imported city are often known in one only. */
export function textIn(text: LocalText, language: Language): string {
  const other = language === 'zh' ? 'en' : 'zh'
  return text[language] || text[other] || ''
}
