import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { GatePictures } from '../../src/gates/gate-pictures.ts'
import { ReplayCamera } from '../../src/gates/replay-gates.ts'
import type { GateEvent } from '../../src/parking/index.ts'

const dayMs = 86_400_000
const atMs = Date.parse('2026-11-23T11:00:00.000Z')
const passage: GateEvent = {
  id: 'in-3-abc',
  lot: 'altstadt',
  direction: 'in',
  atMs,
  plate: '鲁A12345',
  plateColour: 'blue',
  vehicleClass: 'small',
} as GateEvent

it('show the plate as it is, whatever the camera reads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-pictures-'))
  const camera = new ReplayCamera('altstadt-in', { noise: 0.9, pictures: new GatePictures(folder) })
  const refs: string[] = []
  camera.watch(({ plate, imageRef }) => {
    expect(plate).not.toBe(passage.plate)
    refs.push(imageRef as string)
  })
  camera.see(passage)
  expect(refs).toEqual(['altstadt-in/2026-11-23/in-3-abc'])
  expect(readFileSync(join(folder, `${refs[0]}.svg`), 'utf8')).toContain('>鲁A12345<')
})

it('are kept for a week', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-pictures-'))
  const pictures = new GatePictures(folder)
  const [old, newer] = [8, 6].map((days) => pictures.take('altstadt-in', { ...passage, atMs: atMs - days * dayMs }))
  pictures.tidy(atMs)
  expect(existsSync(join(folder, `${old}.svg`))).toBe(false)
  expect(existsSync(join(folder, `${newer}.svg`))).toBe(true)
  new GatePictures(join(folder, 'none')).tidy(atMs)
})
