/** Basic encoding rules (ITU-T X.690) as far as SNMP uses them, apart from the library under test. */
type Ber = { tag: number; inner: Ber[] } | { tag: number; bytes: Buffer }

const isConstructed = (tag: number) => (tag & 0x20) !== 0

/** @throws Error when the octets do not end where their lengths say */
function decode(octets: Buffer): Ber[] {
  const found: Ber[] = []
  let at = 0
  while (at < octets.length) {
    const tag = octets[at++] as number
    let length = octets[at++] as number
    if (length > 0x80) {
      const size = length & 0x7f
      length = octets.readUIntBE(at, size)
      at += size
    }
    const bytes = octets.subarray(at, at + length)
    if (bytes.length !== length) throw new Error(`${length} octets are announced, ${bytes.length} are there`)
    found.push(isConstructed(tag) ? { tag, inner: decode(bytes) } : { tag, bytes })
    at += length
  }
  return found
}

/** Tag, length and content. */
export function tlv(tag: number, ...content: (Buffer | number[])[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => Buffer.from(part as number[])))
  if (bytes.length > 0xffff) throw new Error('longer than a datagram')
  const length = bytes.length < 0x80 ? [bytes.length] : [0x82, bytes.length >> 8, bytes.length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), bytes])
}

/** A message with its request id blanked: what remains must not differ between two senders. */
export function withoutId(message: Buffer): unknown {
  const [whole] = decode(message)
  const pdu = whole && 'inner' in whole ? whole.inner[2] : undefined
  const id = pdu && 'inner' in pdu ? pdu.inner[0] : undefined
  if (!id || !('bytes' in id)) throw new Error(`no SNMP message: ${message.toString('hex')}`)
  return JSON.parse(JSON.stringify(whole, (_, value) => (value === id ? 'request id' : value)))
}

/** The request id of a v1 or v2c message, as it stands there. */
export function idOf(message: Buffer): Buffer {
  const [whole] = decode(message)
  const pdu = whole && 'inner' in whole ? whole.inner[2] : undefined
  const id = pdu && 'inner' in pdu ? pdu.inner[0] : undefined
  if (!id || !('bytes' in id)) throw new Error('no request id')
  return id.bytes
}
