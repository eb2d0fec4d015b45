import { describe, expect, it } from 'vitest'
import { controllerOf } from '../bin/evaluation/controllers.ts'

describe('a controller of an evaluation', () => {
  it('is one of those known, or a variant with settings of the gateway', () => {
    const settings = { 'signals.eventDays': '3' }
    const variants = new Map([['clearway-short', settings]])
    expect(controllerOf('lead-7.5', variants)).toEqual({ name: 'lead-7.5', kind: 'lead', leadS: 7.5 })
    expect(controllerOf('clearway-short', variants)).toEqual({ name: 'clearway-short', kind: 'clearway', settings })
    expect(() => controllerOf('magic', variants)).toThrow(/"magic" is not one of .*clearway-short/)
  })

  it('is refused before anything runs when a setting does not exist', () => {
    const variants = new Map([['clearway-a', { nope: '1' }]])
    expect(() => controllerOf('clearway-a', variants)).toThrow(/"nope" is no key of the configuration/)
  })
})
