import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { drawPreemption } from './pictures/pre-emption.ts'

it('the picture of a pre-emption is what the controller does today', () => {
  const drawn = readFileSync(join(import.meta.dirname, '..', 'docs', 'pre-emption.svg'), 'utf8')
  expect(drawPreemption(), 'npm run pictures draws it again').toBe(drawn)
})
