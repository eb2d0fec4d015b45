import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlateRead } from '@clearway/edge'
import { beforeEach, describe, expect, it } from 'vitest'
import { ReplayGates } from '../../src/gates/replay-gates.ts'
import { StayReplay } from '../../src/parking/index.ts'

const hourMs = 3_600_000
const nowMs = Date.parse('2026-11-23T11:00:00.000Z')
const replay = new StayReplay([{ id: 'altstadt', capacity: 300 }], 'Europe/Berlin', 7)

let file: string
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'clearway-gates-')), 'replay.json')
})

function gates() {
  const reads: (PlateRead & { gate: string })[] = []
  const replaying = new ReplayGates(replay, file)
  for (const gate of ['altstadt-in', 'altstadt-out']) {
    replaying.camera(gate).watch((read) => reads.push({ gate, ...read }))
  }
  const until = (ms: number) => {
    while (replaying.step(ms) > 0);
  }
  return { replaying, reads, until }
}

describe('replayed stays at the gates', () => {
  it('pass the gate of their direction at their own times, in order', () => {
    const { replaying, reads, until } = gates()
    replaying.resume(nowMs)
    until(nowMs + 2 * hourMs)
    expect(reads.length).toBeGreaterThan(10)
    for (const { gate, direction, atMs } of reads) {
      expect(gate).toBe(`altstadt-${direction}`)
      expect(atMs).toBeGreaterThanOrEqual(nowMs)
      expect(atMs).toBeLessThanOrEqual(nowMs + 2 * hourMs)
    }
    const times = reads.map(({ atMs }) => atMs)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  it('go on where they were kept, missing none and repeating none', () => {
    const whole = gates()
    whole.replaying.resume(nowMs)
    whole.until(nowMs + 4 * hourMs)
    const before = gates()
    before.replaying.resume(nowMs)
    before.until(nowMs + hourMs)
    before.replaying.save()
    const after = gates()
    after.replaying.resume(nowMs + 3 * hourMs)
    after.until(nowMs + 4 * hourMs)
    expect([...before.reads, ...after.reads]).toEqual(whole.reads)
  })

  it('repeat after a crash under the same ids', () => {
    const first = gates()
    first.replaying.resume(nowMs)
    first.replaying.save()
    first.until(nowMs + hourMs)
    const second = gates()
    second.replaying.resume(nowMs + hourMs)
    second.until(nowMs + hourMs)
    expect(second.reads).toEqual(first.reads)
    expect(new Set(first.reads.map(({ gate, id }) => `${gate} ${id}`)).size).toBe(first.reads.length)
  })

  it('come late by a day at most, a portion at a time', () => {
    const early = gates()
    early.replaying.resume(nowMs - 72 * hourMs)
    early.replaying.save()
    const late = gates()
    expect(late.replaying.resume(nowMs)).toEqual({ atMs: nowMs - 24 * hourMs })
    expect(late.replaying.step(nowMs)).toBeLessThanOrEqual(200)
    late.until(nowMs)
    expect(late.reads[0]!.atMs).toBeGreaterThanOrEqual(nowMs - 24 * hourMs)
    expect(late.reads[0]!.atMs).toBeLessThan(nowMs - 18 * hourMs)
  })
})
