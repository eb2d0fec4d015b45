import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { drawPreemption } from './pictures/pre-emption.ts'
import { drawRouteSearch } from './pictures/route-search.ts'

const drawn = (name: string) => readFileSync(join(import.meta.dirname, '..', 'docs', name), 'utf8')
const again = 'npm run pictures draws it again'

it('the picture of a pre-emption is what the controller does today', () => {
  expect(drawPreemption(), again).toBe(drawn('pre-emption.svg'))
})

it('the picture of a search is what the route engine does today', async () => {
  expect((await drawRouteSearch()) === drawn('route-search.svg'), again).toBe(true)
}, 60_000)
