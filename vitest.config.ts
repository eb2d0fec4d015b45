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
          fileParallelism: false,
        },
      },
    ],
  },
})
