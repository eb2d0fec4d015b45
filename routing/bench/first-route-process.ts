/** `first-route-process.ts FILE LON,LAT LON,LAT`: prints milliseconds from the start of the process to its first route. */
import { readFileSync } from 'node:fs'
import { readNetwork } from '../src/network/network-file.ts'
import { createRouteEngine } from '../src/search/route-engine.ts'

const [file, from, to] = process.argv.slice(2)
const position = (text: string) => {
  const [lon, lat] = text.split(',').map(Number)
  return { lon: lon!, lat: lat! }
}
const engine = createRouteEngine(readNetwork(readFileSync(file!), file))
engine.route({ from: position(from!), to: position(to!), profile: 'ambulance' })
console.log(performance.now())
