const codes = new Map<string, Buffer>()

/** Text in GBK, as the files of Alipay are. Node decodes it but does not encode: the decoder is asked for every pair. */
export function gbk(text: string): Buffer {
  if (codes.size === 0) {
    const decoder = new TextDecoder('gbk')
    for (let first = 0x81; first <= 0xfe; first++) {
      for (let second = 0x40; second <= 0xfe; second++) {
        const pair = Buffer.from([first, second])
        const decoded = decoder.decode(pair)
        if (decoded.length === 1) codes.set(decoded, pair)
      }
    }
  }
  return Buffer.concat([...text].map((letter) => codes.get(letter) ?? Buffer.from(letter, 'latin1')))
}
