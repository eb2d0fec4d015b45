import { describe, expect, it } from 'vitest'
import { follow } from '../../../src/parking/reservations/reservation-course.ts'
import { timesOfAppointment } from '../../../src/parking/reservations/reservation-times.ts'

const minuteMs = 60_000
const tenMs = Date.parse('2026-11-23T10:00:00+08:00')
const at = (minutes: number) => tenMs + minutes * minuteMs
const times = timesOfAppointment(tenMs, at(15))
const booked = { state: 'booked', arrivedMs: null, ...times } as const

describe('the times of a bay', () => {
  it('are an hour before the appointment, three hours of stay, and half an hour of tolerance', () => {
    expect(times).toEqual({ anchorMs: tenMs, fromMs: at(-60), untilMs: at(120), latestMs: at(30) })
  })

  it('last as long as the visit does, and the way back to the car', () => {
    expect(timesOfAppointment(tenMs, at(180)).untilMs).toBe(at(210))
  })
})

describe('a booked reservation', () => {
  it.each([
    ['opens its entry', -60],
    ['closes its window', 30],
  ])('has arrived with a vehicle that comes at the minute that %s', (_, minute) => {
    expect(follow(booked, { enteredMs: at(minute), leftMs: null }, at(minute))).toMatchObject({
      state: 'arrived',
      arrivedMs: at(minute),
    })
  })

  it('is a no-show right after its window, and not before', () => {
    expect(follow(booked, undefined, at(30))).toBeUndefined()
    expect(follow(booked, undefined, at(30) + 1)).toMatchObject({ state: 'noshow' })
  })

  it('has arrived when its entry opens where the vehicle came earlier', () => {
    const early = { enteredMs: at(-90), leftMs: null }
    expect(follow(booked, early, at(-61))).toBeUndefined()
    expect(follow(booked, early, at(-60))).toMatchObject({ state: 'arrived', arrivedMs: at(-60) })
  })

  it('has ended where entry and exit become known together', () => {
    expect(follow(booked, { enteredMs: at(-10), leftMs: at(50) }, at(60))).toEqual({
      state: 'ended',
      arrivedMs: at(-10),
      endedMs: at(50),
    })
  })
})

describe('a no-show', () => {
  it('has arrived after all when a late read says so', () => {
    const noshow = { ...booked, state: 'noshow' } as const
    expect(follow(noshow, { enteredMs: at(20), leftMs: null }, at(200))).toMatchObject({ state: 'arrived' })
    expect(follow(noshow, undefined, at(200))).toBeUndefined()
  })
})

describe('an arrival', () => {
  const arrived = { ...booked, state: 'arrived', arrivedMs: at(-5) } as const
  it('ends with the exit', () => {
    expect(follow(arrived, { enteredMs: at(-5), leftMs: at(90) }, at(95))).toMatchObject({
      state: 'ended',
      endedMs: at(90),
    })
    expect(follow(arrived, { enteredMs: at(-5), leftMs: null }, at(300))).toBeUndefined()
  })

  it('that only the hospital saw ends with its time', () => {
    expect(follow(arrived, undefined, at(119))).toBeUndefined()
    expect(follow(arrived, undefined, at(120))).toMatchObject({ state: 'ended', reason: 'the vehicle was not seen' })
  })
})
