import { type Browser, chromium } from '@playwright/test'
import { need } from '../debian-packages.ts'

declare global {
  interface Window {
    /** The read-only hook of the pages' map, see dashboards/src/map/test-hook.ts. */
    __clearway?: { map: { ready: boolean; renderedRoads: number }; items(topic: string): number }
  }
}

/** Undefined where Chromium is not installed: the test is then skipped, in CI it fails. */
export const chromiumPath = need('chromium')

/** Headless Chromium with software WebGL and nothing that reaches for the network by itself. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--force-color-profile=srgb',
      '--disable-lcd-text',
    ],
  })
