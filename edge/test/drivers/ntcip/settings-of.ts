/** Settings of the driver for the table `crossing`. */
export const crossingSettings = () => ({
  host: '127.0.0.1',
  port: 161,
  snmp: { version: '2c', community: 'secret-of-the-cabinet' },
  groups: {
    'v-n': { phase: 2 },
    'v-s': { phase: 6 },
    'v-e': { phase: 4 },
    'v-w': { phase: 8 },
    'p-e': { ped: 2 },
    'p-w': { ped: 6 },
    'p-n': { ped: 4 },
    'p-s': { ped: 8 },
  } as Record<string, object>,
  preempts: { n: 3, e: 4, s: 5, w: 6 } as Record<string, number>,
})
