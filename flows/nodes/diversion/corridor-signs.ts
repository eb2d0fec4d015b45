import type { Dispatch, Position, SignWithMessage } from '@clearway/contracts'
import type { SignCommand } from '../../src/sign-command.ts'

export interface DiversionOptions {
  /** A sign this near to a junction of the corridor speaks for it, metres. */
  reachM: number
  /** Drivers are told this long before the vehicle reaches the junction, seconds. */
  aheadS: number
  /** The message stands this long after the expected arrival, seconds. */
  afterS: number
}

const passed = new Set(['passed', 'released', 'recovered'])

/** As whom the gateway lets signs speak by itself: what it says there is not said twice. */
const gateway = 'diversion'

/**
 * Green channel active → diversion message on the signs whose readers drive towards a junction that the vehicle is
 * about to pass; blank again once it has passed or the mission has ended.
 */
export class Diversion {
  readonly #options: DiversionOptions
  readonly #signs = new Map<string, SignWithMessage>()
  /** Sign → end of what it was told, and by which dispatch. */
  readonly #told = new Map<string, { dispatch: string; untilMs: number }>()

  constructor(options: DiversionOptions) {
    this.#options = options
  }

  learn(sign: SignWithMessage): void {
    if (!sign.lot) this.#signs.set(sign.id, sign)
  }

  see(dispatch: Dispatch, nowMs: number): SignCommand[] {
    const wanted = dispatch.state === 'active' ? this.#wanted(dispatch, nowMs) : new Map<string, number>()
    const commands: SignCommand[] = []
    for (const [sign, untilMs] of wanted) {
      const told = this.#told.get(sign)
      // The estimate moves every second; drivers need only hear of it when it moves by more than ten.
      if (told && Math.abs(told.untilMs - untilMs) <= 10_000) continue
      this.#told.set(sign, { dispatch: dispatch.id, untilMs })
      commands.push({
        sign,
        message: {
          text: { zh: '急救车辆通过 请绕行', en: 'Emergency vehicle ahead, use another road' },
          symbol: 'green-channel',
          until: new Date(untilMs).toISOString(),
        },
      })
    }
    for (const [sign, told] of this.#told) {
      if (told.dispatch !== dispatch.id || wanted.has(sign)) continue
      this.#told.delete(sign)
      // What ends within a second needs no blank, which the gateway would only find past.
      if (told.untilMs <= nowMs + 1000) continue
      // Blank for as long as the message would have stood: a message that ends at once would not be taken.
      commands.push({ sign, message: { text: { zh: '', en: '' }, until: new Date(told.untilMs).toISOString() } })
    }
    return commands
  }

  /** Signs to speak now, with the end of their message. */
  #wanted(dispatch: Dispatch, nowMs: number): Map<string, number> {
    const wanted = new Map<string, number>()
    for (const junction of dispatch.junctions) {
      const arrivalMs = Date.parse(junction.arrivalAt)
      if (passed.has(junction.state) || arrivalMs - nowMs > this.#options.aheadS * 1000) continue
      for (const sign of this.#signs.values()) {
        if (isTaken(sign, nowMs) || !leadsTo(sign, junction.position, this.#options.reachM)) continue
        const untilMs = Math.max(arrivalMs, nowMs) + this.#options.afterS * 1000
        wanted.set(sign.id, Math.max(wanted.get(sign.id) ?? 0, untilMs))
      }
    }
    return wanted
  }
}

const isTaken = ({ message }: SignWithMessage, nowMs: number): boolean =>
  message?.by === gateway && Date.parse(message.until) > nowMs

/** True when the sign is within reach of the place and its readers drive towards it (within 75°). */
function leadsTo(sign: SignWithMessage, place: Position, reachM: number): boolean {
  // Equirectangular: exact to centimetres over a few hundred metres.
  const eastM = (place.lon - sign.position.lon) * 111_320 * Math.cos((place.lat * Math.PI) / 180)
  const northM = (place.lat - sign.position.lat) * 110_540
  if (Math.hypot(eastM, northM) > reachM) return false
  const bearingDeg = (Math.atan2(eastM, northM) * 180) / Math.PI
  const turnDeg = Math.abs(((bearingDeg - sign.bearingDeg + 540) % 360) - 180)
  return turnDeg <= 75
}
