import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { seededRandom } from '@clearway/contracts'
import snmp from 'net-snmp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { preempt, sysUpTime } from '../../../src/drivers/ntcip/objects.ts'
import { type NtcipPlan, requireNtcipSettings } from '../../../src/drivers/ntcip/settings.ts'
import { SnmpSession } from '../../../src/drivers/ntcip/snmp-session.ts'
import { crossing } from '../../fixtures.ts'
import { idOf, tlv, withoutId } from './ber.ts'
import captures from './fixtures/snmp-requests.json' with { type: 'json' }
import { crossingSettings } from './settings-of.ts'

let controller: Socket
let session: SnmpSession
/** What the peer makes of a request; undefined: silence. */
let reply: (request: Buffer) => Buffer | undefined
let requests: Buffer[]

beforeEach(async () => {
  requests = []
  reply = () => undefined
  controller = createSocket('udp4')
  controller.bind(0, '127.0.0.1')
  await once(controller, 'listening')
  controller.on('message', (request: Buffer, { port, address }: RemoteInfo) => {
    requests.push(request)
    const answer = reply(request)
    if (answer) controller.send(answer, port, address)
  })
  session = new SnmpSession(plan('2c'))
})
afterEach(() => {
  session.close()
  controller.close()
})

const plan = (version: '1' | '2c'): NtcipPlan => ({
  ...requireNtcipSettings(crossingSettings(), crossing()),
  port: controller.address().port,
  snmp: { version, community: 'clearway' },
  timeoutS: 0.05,
})

const integer = (value: number[]) => tlv(0x02, value)
const text = (value: string) => tlv(0x04, Buffer.from(value))
const oid = (dotted: string) => {
  const [a = 0, b = 0, ...rest] = dotted.split('.').map(Number)
  const arcs = rest.flatMap((arc) => (arc < 0x80 ? [arc] : [0x80 | (arc >> 7), arc & 0x7f]))
  return tlv(0x06, [a * 40 + b, ...arcs])
}
const answer = (request: Buffer, ...bindings: [string, Buffer][]): Buffer =>
  tlv(
    0x30,
    integer([1]),
    text('clearway'),
    tlv(
      0xa2,
      integer([...idOf(request)]),
      integer([0]),
      integer([0]),
      tlv(0x30, ...bindings.map(([name, value]) => tlv(0x30, oid(name), value))),
    ),
  )

describe('the requests on the wire are those of another implementation', () => {
  it.each(captures)('$command', async ({ version, command, hex }) => {
    const [program, , , , ...args] = command.split(' ')
    session.close()
    session = new SnmpSession(plan(version as '1' | '2c'))
    const sent =
      program === 'snmpget'
        ? session.get(args.map((name) => ({ name, oid: name })))
        : session.set(
            Array.from({ length: args.length / 3 }, (_, index) => {
              const [name = '', , value] = args.slice(index * 3)
              return { object: { name, oid: name }, value: Number(value) }
            }),
          )
    await expect(sent).rejects.toMatchObject({ code: 'ntcip-silent' })
    expect(withoutId(requests[0] as Buffer)).toEqual(withoutId(Buffer.from(hex, 'hex')))
  })
})

describe('values', () => {
  const row = preempt.controlState(3)
  const read = (value: Buffer) => {
    reply = (request) => answer(request, [row.oid, value])
    return session.get([row])
  }

  // ITU-T X.690, 8.3: two's complement in the fewest octets.
  it.each([
    [integer([0x00]), 0],
    [integer([0x7f]), 127],
    [integer([0x00, 0x80]), 128],
    [integer([0x00, 0xff]), 255],
    [integer([0x01, 0x00]), 256],
    [integer([0x00, 0xff, 0xff]), 65_535],
  ])('an integer %#', async (bytes, value) => {
    expect((await read(bytes)).integer(row, 0, 65_535)).toBe(value)
  })

  it('octets and time ticks beyond 31 bits', async () => {
    const phases = preempt.dwellPhase(3)
    reply = (request) =>
      answer(request, [phases.oid, tlv(0x04, [2, 6, 0, 0])], [sysUpTime.oid, tlv(0x43, [0x00, 0xff, 0xff, 0xff, 0xff])])
    const reading = await session.get([phases, sysUpTime])
    expect(reading.octets(phases)).toEqual([2, 6])
    expect(reading.integer(sysUpTime, 0, 2 ** 32 - 1)).toBe(2 ** 32 - 1)
  })

  it.each([
    ['out of range', integer([0x02]), /preemptControlState\.3 \(1\.3\.6.*\) 2 is not within 0 to 1/],
    ['negative', integer([0xff]), /-1 is not within/],
    ['text', tlv(0x04, [0x31]), /0x31 is no integer/],
    ['null', tlv(0x05), /is no integer/],
    ['no such instance', tlv(0x81), /does not know this object/],
  ])('%s is refused with the object and the value', async (_, bytes, message) => {
    const reading = await read(bytes)
    expect(() => reading.integer(row, 0, 1)).toThrow(message)
  })

  it('an answer about another object is refused', async () => {
    reply = (request) => answer(request, [preempt.controlState(4).oid, integer([1])])
    await expect(session.get([row])).rejects.toThrow(/6\.3\.1\.2\.4/)
  })

  it('an error names the object', async () => {
    reply = (request) => {
      const refused = Buffer.from(request)
      // GetResponse with badValue (3) at the first binding: the three octets before the bindings are the error index.
      const at = refused.indexOf(idOf(request)) + idOf(request).length
      refused[refused.indexOf(0xa3)] = 0xa2
      refused[at + 2] = 3
      refused[at + 5] = 1
      return refused
    }
    await expect(session.set([{ object: row, value: 1 }])).rejects.toThrow(
      /setting preemptControlState\.3 failed: BadValue/,
    )
  })
})

describe('what a peer sends cannot harm', () => {
  const row = preempt.controlState(3)

  it('random octets, cut and altered answers: every request ends', async () => {
    const random = seededRandom(11)
    const good = (request: Buffer) => answer(request, [row.oid, integer([1])])
    reply = (request) => {
      const bytes = good(request)
      const what = random.integer(3)
      if (what === 0) return Buffer.from(Array.from({ length: random.integer(80) }, () => random.integer(256)))
      if (what === 1) return bytes.subarray(0, random.integer(bytes.length))
      bytes[random.integer(bytes.length)] = random.integer(256)
      return bytes
    }
    const ends = await Promise.allSettled(Array.from({ length: 300 }, () => session.get([row])))
    const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
    expect(failed.length).toBeGreaterThan(150)
    for (const error of failed) expect(error.code).toMatch(/^ntcip-(silent|answer)$/)
    reply = good
    // Several tries: a busy machine takes longer than the 25 ms of one.
    expect((await session.get([row], 40)).integer(row, 0, 1)).toBe(1)
  })

  it('an answer of SNMP v3 to a request of v2c, which the library does not expect', async () => {
    reply = (request) => {
      const header = tlv(0x30, integer([...idOf(request)]), integer([0x40, 0x00]), tlv(0x04, [0x01]), integer([3]))
      const user = tlv(
        0x30,
        text('engine'),
        integer([0]),
        integer([0]),
        text('u'),
        tlv(0x04, Buffer.alloc(12)),
        text(''),
      )
      const pdu = tlv(0xa2, integer([...idOf(request)]), integer([0]), integer([0]), tlv(0x30))
      return tlv(0x30, integer([3]), header, tlv(0x04, user), tlv(0x30, text('engine'), text(''), pdu))
    }
    await expect(session.get([row])).rejects.toMatchObject({ code: 'ntcip-silent' })
  })
})

it('keys of SNMP v3 come out as in RFC 3414, A.3.2', () => {
  const engine = Buffer.from('000000000000000000000002', 'hex')
  const key = snmp.Authentication.passwordToKey(snmp.AuthProtocols.sha, 'maplesyrup', engine)
  expect(key.toString('hex')).toBe('6695febc9288e36282235fc7151f128497b38f3f')
})
