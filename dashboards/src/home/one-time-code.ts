/** The code of a sign-in link, `#code=…`. It travels in the fragment, which no browser sends to a server. */
export function codeIn(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, '')).get('code') ?? undefined
}

/** Reads the code and removes it from the address bar and from the history. */
export function takeCode(): string | undefined {
  const code = codeIn(location.hash)
  if (code !== undefined) history.replaceState(null, '', location.pathname + location.search)
  return code
}
