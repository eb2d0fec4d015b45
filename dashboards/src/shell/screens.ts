import type { Role } from '@clearway/contracts'

/** The screens of the city and who may open them; `admin` may open all. */
const screens = [
  { id: 'manager', address: '/manager', icon: 'parking', roles: ['manager', 'auditor', 'hospital'] },
  { id: 'dispatcher', address: '/dispatcher', icon: 'siren', roles: ['dispatcher'] },
] as const satisfies { id: string; address: string; icon: string; roles: Role[] }[]

export const screensFor = (roles: readonly Role[]) =>
  screens.filter((screen) => roles.includes('admin') || screen.roles.some((role) => roles.includes(role)))

/** Every page that may be left for the sign-in form and come back to. */
const addresses = [...screens.map(({ address }) => address), '/junction']

/** Where to go after signing in: only to one of our own screens, whatever the address says. */
export function nextScreen(search: string): string | undefined {
  const wish = new URLSearchParams(search).get('next')
  if (!wish) return undefined
  return addresses.some((address) => wish === address || wish.startsWith(`${address}?`)) ? wish : undefined
}

export function goToSignIn(): void {
  location.replace(`/?next=${encodeURIComponent(location.pathname + location.search)}`)
}
