import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { configReference } from '@clearway/gateway'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true }).map((file) => `docs/${file}`),
].filter((file) => file.endsWith('.md'))

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8')

  it('names files that exist', () => {
    const named = [
      ...text.matchAll(
        /`((?:contracts|edge|gateway|routing|dashboards|simulators|flows|bin|test)\/[\w./-]+\.(?:tsx?|mjs|md|json))`/g,
      ),
    ]
    for (const [, file] of named) expect(existsSync(join(root, file as string)), file).toBe(true)
  })

  it('links to pages that exist', () => {
    for (const [, link] of text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)) {
      expect(existsSync(resolve(root, dirname(page), link as string)), link).toBe(true)
    }
  })
})

it('the walks name at least ten files each', () => {
  for (const walk of ['life-of-a-plate-read', 'life-of-a-dispatch']) {
    const text = readFileSync(join(root, 'docs', `${walk}.md`), 'utf8')
    expect(new Set(text.match(/`[a-z]+\/src\/[^`]+`/g)).size).toBeGreaterThanOrEqual(10)
  }
})

it('the configuration reference is the one that the schema makes', () => {
  expect(readFileSync(join(root, 'docs', 'configuration.md'), 'utf8')).toBe(configReference())
})
