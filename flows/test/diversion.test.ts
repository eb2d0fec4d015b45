import { describe, expect, it } from 'vitest'
import { Diversion } from '../nodes/diversion/corridor-signs.ts'
import { approachSign, dispatch, roadSign, startMs } from './samples.ts'

const diversion = () => {
  const made = new Diversion({ reachM: 400, aheadS: 120, afterS: 30 })
  made.learn(roadSign)
  made.learn(approachSign)
  return made
}
const arrival = (s: number) => new Date(startMs + s * 1000).toISOString()

describe('green-channel diversion', () => {
  it('tells the sign before the junction until shortly after the arrival', () => {
    const commands = diversion().see(dispatch({}), startMs)
    expect(commands.map(({ sign }) => sign)).toEqual(['sign-west'])
    expect(commands[0]?.message.until).toBe(arrival(120))
    expect(commands[0]?.message.text.zh).toBe('急救车辆通过 请绕行')
  })

  it('says nothing for a planned dispatch, or long before the arrival', () => {
    expect(diversion().see(dispatch({ state: 'planned' }), startMs)).toEqual([])
    expect(diversion().see(dispatch({}, { arrivalAt: arrival(200) }), startMs)).toEqual([])
  })

  it('leaves out a sign whose readers drive away from the junction', () => {
    const made = new Diversion({ reachM: 400, aheadS: 120, afterS: 30 })
    made.learn({ ...roadSign, bearingDeg: 270 })
    expect(made.see(dispatch({}), startMs)).toEqual([])
  })

  it('leaves a sign alone that the gateway lets speak by itself', () => {
    const made = diversion()
    made.learn({ ...roadSign, message: { text: { en: 'Keep clear' }, until: arrival(200), by: 'diversion' } })
    expect(made.see(dispatch({}), startMs)).toEqual([])
    made.learn({ ...roadSign, message: null })
    expect(made.see(dispatch({}), startMs)).toHaveLength(1)
  })

  it('repeats only when the estimate has moved by more than ten seconds', () => {
    const made = diversion()
    made.see(dispatch({}), startMs)
    expect(made.see(dispatch({}, { arrivalAt: arrival(99) }), startMs + 1000)).toEqual([])
    expect(made.see(dispatch({}, { arrivalAt: arrival(101) }), startMs + 2000)).toHaveLength(1)
  })

  it('blanks the sign when the vehicle has passed, for as long as the message would have stood', () => {
    const made = diversion()
    made.see(dispatch({}), startMs)
    const [command] = made.see(dispatch({}, { state: 'passed' }), startMs + 5000)
    expect(command).toEqual({ sign: 'sign-west', message: { text: { zh: '', en: '' }, until: arrival(120) } })
    expect(made.see(dispatch({}, { state: 'released' }), startMs + 6000)).toEqual([])
  })

  it('blanks the signs of a cancelled dispatch and leaves those of another alone', () => {
    const made = diversion()
    made.see(dispatch({}), startMs)
    expect(made.see(dispatch({ id: 'd-2', state: 'cancelled' }), startMs)).toEqual([])
    expect(made.see(dispatch({ state: 'cancelled' }), startMs)).toHaveLength(1)
  })
})
