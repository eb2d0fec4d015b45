import { chooseLanguage } from '../language/i18n.ts'
import { useLanguage } from '../language/use-language.ts'
import { chooseAppearance, useAppearance } from '../look/appearance.ts'
import { Icon } from '../look/icon.tsx'

export function LanguageSwitch() {
  const { t, language } = useLanguage()
  const other = language === 'zh' ? 'en' : 'zh'
  return (
    <button
      type="button"
      className="text-button"
      lang={other === 'zh' ? 'zh-CN' : 'en'}
      onClick={() => chooseLanguage(other)}
      data-testid="switch-language"
    >
      {t('header.switchLanguage')}
    </button>
  )
}

export function AppearanceSwitch() {
  const { t } = useLanguage()
  const appearance = useAppearance()
  const other = appearance === 'dark' ? 'light' : 'dark'
  const label = t(other === 'dark' ? 'header.toDark' : 'header.toLight')
  return (
    <button
      type="button"
      className="icon-button"
      title={label}
      aria-label={label}
      onClick={() => chooseAppearance(other)}
      data-testid="switch-appearance"
    >
      <Icon name={other === 'dark' ? 'moon' : 'sun'} />
    </button>
  )
}
