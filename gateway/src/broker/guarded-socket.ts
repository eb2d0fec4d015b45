import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { payloadLimit } from '@clearway/contracts'
import { FrameError, PacketFrames } from './packet-frames.ts'
import type { TokenBucket } from './token-bucket.ts'

/** CONNECT with user name, token and will stays far below. */
const beforeSignIn = 16 * 1024
/** Topic (at most 65,537 bytes) and packet id come on top of the payload. */
const afterSignIn = payloadLimit.destroyed + 65_539
/** Bytes waiting to be sent to a client that does not read. Beyond, it is cut: nobody else waits for it. */
const unsentLimit = 1024 * 1024
/** A refusal (CONNACK) gets this long to leave before the socket is torn down. */
const farewellMs = 1_000

/**
 * What the broker sees of a client's socket. Destroys oversize packets while they arrive; holds back everything behind
 * CONNECT until sign-in; lets a flooding device wait; cuts a client that does not read. All memory of one connection
 * is thereby bounded.
 */
export class GuardedSocket extends Duplex {
  readonly socket: Socket
  readonly #now: () => number
  readonly #onThrottle: () => void
  readonly #frames = new PacketFrames(beforeSignIn)
  #signedIn = false
  #connectSeen = false
  /** Bytes behind CONNECT, or behind a throttled stretch. */
  #held: Buffer | undefined
  #bucket: TokenBucket | undefined
  #pause: NodeJS.Timeout | undefined
  /** The client has sent everything it will send. */
  #over = false

  constructor(socket: Socket, now: () => number, onThrottle: () => void) {
    // Writes are passed on at once, so this side never asks the broker to wait: see `unsentLimit`.
    super({ writableHighWaterMark: unsentLimit, allowHalfOpen: false })
    this.socket = socket
    this.#now = now
    this.#onThrottle = onThrottle
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#arrived(chunk))
    socket.on('end', () => this.#ended())
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => {
      // What has arrived is still read: a DISCONNECT among it keeps the last will from being published.
      this.#ended()
      setTimeout(() => this.destroy(), farewellMs).unref()
    })
  }

  /** Opens the way after CONNECT was accepted. */
  open(bucket: TokenBucket): void {
    this.#signedIn = true
    this.#bucket = bucket
    this.#frames.limit = afterSignIn
    const held = this.#held
    this.#held = undefined
    if (held) this.#arrived(held)
    if (this.#over) this.push(null)
    else if (!this.#pause) this.socket.resume()
  }

  override _read(): void {
    if (!this.#held && !this.#pause) this.socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk)
    done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)))
    done()
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.socket.destroyed) this.socket.end()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#pause)
    this.#held = undefined
    if (error instanceof FrameError || this.socket.writableLength > unsentLimit) this.socket.destroy()
    else if (!this.socket.destroyed) {
      const farewell = setTimeout(() => this.socket.destroy(), farewellMs)
      this.socket.once('close', () => clearTimeout(farewell))
      this.socket.destroySoon()
    }
    done(error)
  }

  #arrived(chunk: Buffer): void {
    if (this.destroyed) return
    if (this.#connectSeen && !this.#signedIn) {
      this.#hold(chunk)
      return
    }
    try {
      if (this.#signedIn) this.#pass(chunk, this.#frames.follow(chunk).publishes)
      else {
        const { used, complete } = this.#frames.follow(chunk, true)
        this.#connectSeen = complete
        if (used < chunk.length) this.#hold(chunk.subarray(used))
        this.#pass(chunk.subarray(0, used), 0)
      }
    } catch (error) {
      this.destroy(error as FrameError)
    }
  }

  #pass(chunk: Buffer, publishes: number): void {
    if (!this.push(chunk)) this.socket.pause()
    const waitS = publishes > 0 ? (this.#bucket?.take(publishes, this.#now()) ?? 0) : 0
    if (waitS > 0) {
      this.#onThrottle()
      this.socket.pause()
      this.#pause = setTimeout(() => {
        this.#pause = undefined
        this.socket.resume()
      }, waitS * 1000)
    }
  }

  #ended(): void {
    if (this.#over || this.destroyed) return
    this.#over = true
    // Held bytes come first: a DISCONNECT may be among them.
    if (!this.#held) this.push(null)
  }

  /** What has been read already stays here; the rest stays in the kernel until the way is open. */
  #hold(chunk: Buffer): void {
    this.#held = this.#held ? Buffer.concat([this.#held, chunk]) : chunk
    this.socket.pause()
  }

  #send(bytes: Buffer): void {
    this.socket.write(bytes)
    if (this.socket.writableLength > unsentLimit) {
      this.destroy(new Error(`client reads too slowly: ${this.socket.writableLength} bytes wait for it`))
    }
  }
}
