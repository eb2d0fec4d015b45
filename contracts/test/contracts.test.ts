import { describe, expect, it } from 'vitest'
import { channels, compile, formatTopic, GateRead, InputError, parseTopic, SignIn } from '../src/index.ts'

const read = {
  id: 'gate-1:7',
  at: '2026-11-23T08:15:00.000+08:00',
  direction: 'in',
  plate: '鲁A12345',
  plateColour: 'blue',
  confidence: 0.97,
  vehicleClass: 'small',
}

describe('a message schema', () => {
  const check = compile(GateRead)

  it('accepts a complete message', () => expect(check.matches(read)).toBe(true))

  it('names the missing field', () => {
    const { plate, ...rest } = read
    expect(check.faults(rest)).toContainEqual({ field: 'plate', message: 'is missing' })
  })

  it('names the field, the value and what is allowed', () => {
    const [fault] = check.faults({ ...read, direction: 'sideways' })
    expect(fault?.field).toBe('direction')
    expect(fault?.message).toContain('"sideways"')
    expect(fault?.message).toContain('in, out')
  })

  it('says in words what a pattern means', () => {
    const [fault] = check.faults({ ...read, at: 'noon' })
    expect(fault).toMatchObject({ field: 'at', message: expect.stringMatching(/^must be RFC 3339 .*, got "noon"$/) })
  })

  it('leaves secrets out of its faults, alone and inside others', () => {
    const signIn = compile(SignIn)
    for (const wrong of [
      { user: 'A', password: 4711 },
      { password: 4711 },
      [{ password: 4711 }],
      { code: { a: 4711 } },
    ]) {
      expect(signIn.faults(wrong)).not.toEqual([])
      expect(JSON.stringify(signIn.faults(wrong))).not.toContain('4711')
    }
  })

  it('refuses a time without a zone', () => {
    expect(() => check.require({ ...read, at: '2026-11-23T08:15:00.000' }, 'gate/read')).toThrow(InputError)
  })
})

describe('a topic', () => {
  it('survives a round trip', () => {
    const topic = { district: 'lixia', kind: 'gate', device: 'gate-1', channel: 'read' } as const
    expect(parseTopic(formatTopic(topic))).toEqual(topic)
  })

  it.each([
    ['clearway/v1/lixia/gate/gate-1', 'levels'],
    ['clearway/v1/lixia/door/gate-1/read', 'kind'],
    ['clearway/v1/lixia/gate/+/read', 'device'],
    ['clearway/v1/Lixia/gate/gate-1/read', 'district'],
    ['$SYS/v1/lixia/gate/gate-1/read', 'levels'],
  ])('%s is refused naming %s', (topic, named) => {
    expect(() => parseTopic(topic)).toThrowError(expect.objectContaining({ code: 'topic-malformed' }))
    try {
      parseTopic(topic)
    } catch (error) {
      expect(JSON.stringify((error as InputError).fields)).toContain(named)
    }
  })
})

it('every device-sent channel carries id and at', () => {
  for (const [key, channel] of Object.entries(channels)) {
    if (channel.sentBy === 'device')
      expect(Object.keys(channel.body.properties), key).toEqual(expect.arrayContaining(['id', 'at']))
  }
})
