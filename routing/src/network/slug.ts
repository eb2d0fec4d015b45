/** Leaves room in a name of 63 characters for a suffix such as `-out`. */
const LONGEST = 55

const german: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' }

/** A name for topics and addresses from a name for people; empty when nothing of it can be written in ASCII. */
export function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[äöüß]/g, (letter) => german[letter]!)
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, '')
}

/** Hands out each slug once; a repeated one gets a number, a name without a slug its fallback. */
export function uniqueSlugs(): (name: string, fallback: string) => string {
  const taken = new Set<string>()
  return (name, fallback) => {
    const base = slug(name) || fallback
    let id = base
    for (let n = 2; taken.has(id); n++) id = `${base.slice(0, LONGEST - 4)}-${n}`
    taken.add(id)
    return id
  }
}
