import { useSyncExternalStore } from 'react'
import type { Appearance } from './palette.ts'

const kept = 'clearway.appearance'
const preference = () => matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

function current(): Appearance {
  const chosen = localStorage.getItem(kept)
  if (chosen === 'dark' || chosen === 'light') return chosen
  return preference().matches ? 'dark' : 'light'
}

function show(): void {
  document.documentElement.dataset.appearance = current()
  for (const listener of listeners) listener()
}

/** Takes the last choice, else what the system asks for, and follows the system until someone chooses. */
export function startAppearance(): void {
  preference().addEventListener('change', show)
  show()
}

export function chooseAppearance(appearance: Appearance): void {
  localStorage.setItem(kept, appearance)
  show()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useAppearance = (): Appearance => useSyncExternalStore(subscribe, current)
