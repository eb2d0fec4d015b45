/** The arrows of docs/architecture.md. A planted forbidden import in test/arrows.test.ts proves that they are checked. */
const room = (name) => `^${name}/`
const only = (from, to, why) => ({
  name: `${from}-imports`,
  comment: why,
  severity: 'error',
  from: { path: room(from) },
  to: {
    path: '^(contracts|edge|gateway|routing|dashboards|simulators|flows|bin|test)/',
    pathNot: `^(${[from, ...to].join('|')})/`,
  },
})
module.exports = {
  forbidden: [
    only('contracts', [], 'contracts stand on the schema library alone'),
    only('routing', ['contracts'], 'routing is a pure library'),
    only('edge', ['contracts'], 'an agent runs alone beside its hardware'),
    only('gateway', ['contracts', 'routing'], 'processes meet through MQTT and HTTP'),
    only('simulators', ['contracts', 'edge', 'routing'], 'processes meet through MQTT and HTTP'),
    only('dashboards', ['contracts'], 'pages know the server by its contract only'),
    only('flows', ['contracts'], 'flows know the server by its contract only'),
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-resolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'contracts-libraries',
      comment: 'the schema library only',
      severity: 'error',
      from: { path: '^contracts/src/' },
      to: { path: '^node_modules/', pathNot: '^node_modules/typebox/' },
    },
    {
      name: 'contracts-browser',
      comment: 'contracts are read by pages too',
      severity: 'error',
      from: { path: '^contracts/src/' },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|data)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
}
