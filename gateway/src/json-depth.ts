/**
 * Whether the arrays and objects of a JSON text lie in each other more than `levels` deep: the recursive readers behind
 * the parser would run out of stack. Looks at brackets outside strings only; the text need not be JSON.
 */
export function isNestedBeyond(levels: number, text: string): boolean {
  let depth = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (quoted) {
      if (code === 0x5c) i++
      else if (code === 0x22) quoted = false
    } else if (code === 0x22) quoted = true
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > levels) return true
    } else if (code === 0x7d || code === 0x5d) depth--
  }
  return false
}
