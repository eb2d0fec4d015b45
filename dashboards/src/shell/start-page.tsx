import { type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { startLanguage } from '../language/i18n.ts'
import { startAppearance } from '../look/appearance.ts'
import '../look/ground.css'

/** What every page does first: language, appearance, then its own content. */
export function startPage(content: ReactNode): void {
  startLanguage()
  startAppearance()
  const element = document.getElementById('page')
  if (!element) throw new Error('the page has no element with the id "page"')
  createRoot(element).render(<StrictMode>{content}</StrictMode>)
}
