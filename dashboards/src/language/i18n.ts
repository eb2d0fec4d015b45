import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import en from './en.json'
import { type Language, languageOf } from './language.ts'
import zh from './zh.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}

const kept = 'clearway.language'

/** Starts in the language of the address (`?lang=`), else of the last visit, else of the browser. */
export function startLanguage(): void {
  const language = languageOf([
    new URLSearchParams(location.search).get('lang'),
    localStorage.getItem(kept),
    ...navigator.languages,
  ])
  i18next.use(initReactI18next)
  // Resources are part of the page, so the start is synchronous and the promise settled; its errors still surface.
  void i18next.init({
    lng: language,
    fallbackLng: 'en',
    initAsync: false,
    resources: { en: { translation: en }, zh: { translation: zh } },
    interpolation: { escapeValue: false },
  })
  document.documentElement.lang = htmlLanguage(language)
}

const htmlLanguage = (language: Language): string => (language === 'zh' ? 'zh-CN' : 'en')

/** The visitor chose: shown at once, kept for the next visit and written into the address for a permalink. */
export function chooseLanguage(language: Language): void {
  localStorage.setItem(kept, language)
  document.documentElement.lang = htmlLanguage(language)
  const address = new URL(location.href)
  address.searchParams.set('lang', language)
  history.replaceState(history.state, '', address)
  void i18next.changeLanguage(language)
}
