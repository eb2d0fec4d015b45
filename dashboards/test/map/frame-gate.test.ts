import { describe, expect, it } from 'vitest'
import { FrameGate } from '../../src/map/frame-gate.ts'

describe('FrameGate', () => {
  it('draws once per frame however often it is asked, and again in the next', () => {
    let frames: (() => void)[] = []
    let drawn = 0
    const gate = new FrameGate(
      () => drawn++,
      (call) => frames.push(call),
      () => {},
    )
    for (let n = 0; n < 50; n++) gate.ask()
    expect(frames).toHaveLength(1)
    const first = frames
    frames = []
    for (const frame of first) frame()
    expect(drawn).toBe(1)
    gate.ask()
    expect(frames).toHaveLength(1)
  })

  it('cancels the frame that is due when it stops', () => {
    const cancelled: number[] = []
    const gate = new FrameGate(
      () => {},
      () => 7,
      (frame) => cancelled.push(frame),
    )
    gate.stop()
    gate.ask()
    gate.stop()
    expect(cancelled).toEqual([7])
  })
})
