/** `12.30` of 1230 fen. Exact: no floating point takes part. */
export function yuanOf(fen: number): string {
  const digits = Math.abs(fen).toString().padStart(3, '0')
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Fen of `12.3`, `-0.05` or `7`; undefined for any other text, a third decimal among it. */
export function fenOf(yuan: string): number | undefined {
  const match = /^([+-]?)(\d{1,12})(?:\.(\d{1,2}))?$/.exec(yuan.trim())
  if (!match) return undefined
  const [, sign, whole, part = ''] = match
  const fen = Number(`${whole}${part.padEnd(2, '0')}`)
  return sign === '-' ? 0 - fen : fen
}
