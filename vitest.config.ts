import { defineConfig } from 'vitest/config'

/** `unit` needs Node alone; `service` starts servers or processes; `browser` also Chromium. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{contracts,edge,gateway,routing,simulators,flows,dashboards}/test/**/*.test.ts', 'test/*.test.ts'],
          exclude: ['**/*.service.test.ts', '**/node_modules/**'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'service',
          include: ['**/*.service.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Most of them wait most of the time; more at once would disturb each other's clocks.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
