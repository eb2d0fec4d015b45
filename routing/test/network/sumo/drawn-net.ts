export interface DrawnNet {
  /** The `location` element's attributes. */
  location?: string
  /** Junctions → metres east and north. */
  junctions: Record<string, [x: number, y: number]>
  /** `A B` → attributes of the edge, and of its lanes. */
  edges: Record<string, { edge?: string; lanes?: string[] }>
  /** `A B>B C` → attributes of the connection. */
  connections: Record<string, string>
  /** Whole elements. */
  more?: string
}

/** A SUMO network in words; edges are named by the junctions they join, lanes are 90 m long at 10 m/s. */
export function drawnNet({ location, junctions, edges, connections, more = '' }: DrawnNet): string {
  const id = (drawn: string) => drawn.replace(' ', '-')
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<net version="1.9">',
    `<location ${location ?? 'netOffset="0.00,0.00" projParameter="!"'}/>`,
    '<edge id=":B_0" function="internal"><lane id=":B_0_0" index="0" speed="6" length="9" shape="0,0 1,1"/></edge>',
    ...Object.entries(edges).map(([drawn, { edge = '', lanes = [''] }]) => {
      const [from, to] = drawn.split(' ')
      const inner = lanes.map((lane, i) => `<lane id="${id(drawn)}_${i}" index="${i}" speed="10" length="90" ${lane}/>`)
      return `<edge id="${id(drawn)}" from="${from}" to="${to}" ${edge}>${inner.join('')}</edge>`
    }),
    more,
    ...Object.entries(junctions).map(([name, [x, y]]) => `<junction id="${name}" type="priority" x="${x}" y="${y}"/>`),
    '<junction id=":B_0_0" type="internal" x="0" y="0"/>',
    ...Object.entries(connections).map(([drawn, attributes]) => {
      const [from, to] = drawn.split('>').map(id)
      return `<connection from="${from}" to="${to}" fromLane="0" toLane="0" ${attributes}/>`
    }),
    '</net>',
  ]
  // Attributes written twice, as over the defaults of lanes, count once.
  return lines.map(withoutRepeats).join('\n')
}

const withoutRepeats = (line: string): string =>
  line.replace(/<(?:lane|connection)[^>]*>/g, (tag) => {
    const last = new Map([...tag.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
    return `<${/\w+/.exec(tag)![0]} ${[...last].map(([name, value]) => `${name}="${value}"`).join(' ')}/>`
  })
