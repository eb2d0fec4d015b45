import type { LocalText } from '@clearway/contracts'
import { createContext, use, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { type Formats, formatsFor } from './formats.ts'
import { type Language, languageOf, textIn } from './language.ts'

/** The IANA zone in which a page shows times: that of its city. */
export const TimeZone = createContext('UTC')

/** The language of the page, its texts, its figures, and names in it. */
export function useLanguage() {
  const { t, i18n } = useTranslation()
  const timeZone = use(TimeZone)
  const language: Language = languageOf([i18n.language])
  const formats: Formats = useMemo(() => formatsFor(language, timeZone), [language, timeZone])
  const text = useMemo(() => (name: LocalText) => textIn(name, language), [language])
  return { t, language, formats, text }
}
