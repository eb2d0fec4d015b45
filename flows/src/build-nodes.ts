import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const source = join(import.meta.dirname, '..', 'nodes')

/**
 * Bundles every node of `flows/nodes/<name>/<name>.ts` to CommonJS, which is what Node-RED requires, beside its HTML.
 *
 * @param out an absolute folder, made if missing; Node-RED loads it through `nodesDir`
 * @returns the names of the nodes
 */
export async function buildNodes(out: string): Promise<string[]> {
  mkdirSync(out, { recursive: true })
  // Above it the repository's package.json says "module"; these files are not.
  writeFileSync(join(out, 'package.json'), '{ "type": "commonjs" }\n')
  const names = readdirSync(source).sort()
  await build({
    entryPoints: names.map((name) => join(source, name, `${name}.ts`)),
    outdir: out,
    entryNames: '[name]',
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    // Node-RED calls the module itself, not its default export.
    footer: { js: 'module.exports = module.exports.default;' },
    logLevel: 'warning',
  })
  for (const name of names) cpSync(join(source, name, `${name}.html`), join(out, `${name}.html`))
  return names
}
