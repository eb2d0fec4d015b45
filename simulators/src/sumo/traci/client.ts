import { connect, type Socket } from 'node:net'
import { type Clock, PeerError, systemClock, WorldError } from '@clearway/contracts'
import { message, type Part, Reader, type Typed } from './codec.ts'
import {
  answerOffset,
  closeCommand,
  commandId,
  type Domain,
  domain,
  getCommand,
  runCommand,
  setCommand,
  statusOf,
  stepCommand,
  subscribeCommand,
  type Values,
  type Variable,
  valuesOf,
  versionCommand,
} from './commands.ts'

const RETRY_S = 0.02
/** A step of a large city takes seconds; one that takes so long will never end. */
const ANSWER_MS = 120_000
const ENDED_MS = 5_000

interface Waiting {
  resolve: (body: Buffer) => void
  reject: (error: Error) => void
}

/** Commands wait in a queue for the next step, so that a second of the simulation is one round trip. */
export class TraciClient {
  readonly #socket: Socket
  readonly #chunks: Buffer[] = []
  #received = 0
  #waiting: Waiting | undefined
  #queued: { part: Part; what: string }[] = []
  #failed: Error | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('error', (error) => this.#fail(new WorldError('sumo-link', `the link to SUMO broke: ${error.message}`)))
    socket.on('close', () => this.#fail(new WorldError('sumo-link', 'SUMO has closed the link')))
  }

  /**
   * Tries until SUMO listens.
   *
   * @param stop ends the attempts
   * @throws WorldError `sumo-link` when it does not within `waitS`; what `stop` gives as its reason
   */
  static async connect(
    port: number,
    waitS: number,
    stop?: AbortSignal,
    clock: Clock = systemClock,
  ): Promise<TraciClient> {
    const untilMs = clock.now() + waitS * 1000
    for (;;) {
      stop?.throwIfAborted()
      try {
        return new TraciClient(await opened(port))
      } catch (cause) {
        if (clock.now() >= untilMs) {
          const message = `SUMO does not listen on port ${port} after ${waitS} s: ${(cause as Error).message}`
          throw new WorldError('sumo-link', message, cause)
        }
      }
      await clock.wait(RETRY_S, stop)
    }
  }

  /** The API's number and SUMO's own name. */
  async version(): Promise<{ api: number; name: string }> {
    const [answer] = await this.#ask([{ part: versionCommand, what: 'version' }])
    const reader = new Reader(answer!.content)
    return { api: reader.int32(), name: reader.string() }
  }

  /** @throws PeerError `sumo-refused` naming the command, with SUMO's words */
  async get(of: Domain, what: Variable, object: string): Promise<Typed> {
    const [value] = await this.getAll(of, what, [object])
    return value!
  }

  /** One variable of several objects, in their order. @throws as `get` */
  async getAll(of: Domain, what: Variable, objects: readonly string[]): Promise<Typed[]> {
    // An empty message ends SUMO.
    if (objects.length === 0) return []
    const name = (object: string) => `get ${of} ${hex(what)} of ${object}`
    const commands = objects.map((object) => ({ part: getCommand(of, what, object), what: name(object) }))
    const answers = await this.#ask(commands)
    return answers.map(({ id, content }, i) => {
      if (id !== commandId.getBase + domain[of] + answerOffset) {
        throw new PeerError('traci', `${name(objects[i]!)} was answered with ${hex(id)}`)
      }
      const reader = new Reader(content)
      reader.ubyte()
      reader.string()
      return reader.typed()
    })
  }

  /** Goes out with the next step. A refusal is thrown there. */
  set(of: Domain, what: Variable, object: string, value: Typed): void {
    this.#queued.push({ part: setCommand(of, what, object, value), what: `set ${of} ${hex(what)} of ${object}` })
  }

  /** Goes out with the next step; values come with it and with every later one. */
  subscribe(of: Domain, object: string, what: readonly Variable[]): void {
    this.#queued.push({ part: subscribeCommand(of, object, what), what: `subscribe to ${of} ${object}` })
  }

  /**
   * Sends what is queued and lets the simulation take one step.
   *
   * @returns what is subscribed to, as it is after the step
   * @throws PeerError `sumo-refused` naming the command, with SUMO's words
   * @throws WorldError `sumo-link` when SUMO ends or does not answer
   */
  async step(): Promise<Values[]> {
    const commands = [...this.#queued, { part: stepCommand, what: 'step' }]
    this.#queued = []
    return (await this.#ask(commands)).flatMap((part) => valuesOf(part) ?? [])
  }

  /** Lets the simulation run up to a time, with nobody watching. @throws as `step` */
  async runTo(timeS: number): Promise<void> {
    await this.#ask([{ part: runCommand(timeS), what: `run to ${timeS} s` }])
  }

  /** Ends the simulation. */
  async close(): Promise<void> {
    if (this.#failed) return
    await this.#ask([{ part: closeCommand, what: 'close' }]).catch(() => undefined)
    const gone = new Promise((resolve) => this.#socket.once('close', resolve))
    this.#socket.end()
    const timer = setTimeout(() => this.#socket.destroy(), ENDED_MS)
    await gone
    clearTimeout(timer)
  }

  /** Sends the commands as one message, a step last. @returns what is answered beside the statuses, all of which are ok */
  async #ask(commands: readonly { part: Part; what: string }[]): Promise<Part[]> {
    if (this.#failed) throw this.#failed
    const body = await new Promise<Buffer>((resolve, reject) => {
      const timer = setTimeout(
        () => this.#fail(new WorldError('sumo-link', `SUMO has not answered for ${ANSWER_MS / 1000} s`)),
        ANSWER_MS,
      )
      const settle = () => clearTimeout(timer)
      this.#waiting = {
        resolve: (bytes) => {
          settle()
          resolve(bytes)
        },
        reject: (error) => {
          settle()
          reject(error)
        },
      }
      this.#socket.write(message(commands.map(({ part }) => part)))
    })
    return answersTo(commands, body)
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#received += chunk.length
    if (this.#received < 4) return
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    const length = bytes.readInt32BE(0)
    if (this.#received < length) {
      this.#chunks.splice(0, this.#chunks.length, bytes)
      return
    }
    this.#chunks.splice(0)
    this.#received = 0
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting && bytes.length === length) waiting.resolve(bytes.subarray(4))
    else waiting?.reject(new PeerError('traci', `SUMO sent ${bytes.length} bytes, announced ${length}`))
  }

  #fail(error: Error): void {
    this.#failed ??= error
    this.#socket.destroy()
    this.#waiting?.reject(this.#failed)
    this.#waiting = undefined
  }
}

/** Each command has a status, in their order, and what it answers behind it. */
function answersTo(commands: readonly { part: Part; what: string }[], body: Buffer): Part[] {
  const reader = new Reader(body)
  const answers: Part[] = []
  for (const { part, what } of commands) {
    const { id, result, text } = statusOf(reader.part())
    if (id !== part.id) throw new PeerError('traci', `SUMO answered ${hex(id)} instead of: ${what}`)
    if (result !== 0) throw new PeerError('sumo-refused', `SUMO refused "${what}": ${text || `result ${result}`}`)
    for (let left = answersOf(id, reader); left > 0; left--) answers.push(reader.part())
  }
  return answers
}

/** How many parts follow the status of a command; after a step SUMO says it. */
function answersOf(id: number, reader: Reader): number {
  if (id === commandId.step) return reader.int32()
  const kind = id & 0xf0
  return id === commandId.version || kind === commandId.getBase || kind === commandId.subscribeBase ? 1 : 0
}

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}
