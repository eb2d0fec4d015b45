import { type Clock, WorldError } from '@clearway/contracts'
import { type PlatformKeys, signatureFault } from './platform-signature.ts'
import { authorization, type Merchant, type SignedRequest } from './request-signature.ts'

type Fetch = typeof fetch

export interface WechatLinkOptions {
  /** Origin of the service, without a path. */
  url: string
  merchant: Merchant
  platformKeys: PlatformKeys
  timeoutS: number
  clock: Clock
  /** Up to 32 letters and digits, never the same twice. */
  newNonce(): string
  fetch: Fetch
  /** How long to wait before each further try of a call that may be repeated, s. */
  retryAfterS?: readonly number[]
}

/** What the service said, proven to be its own words. */
export type Answer = { ok: true; body: unknown } | { ok: false; status: number; code: string; message: string }

const link = (message: string, cause?: unknown) =>
  new WorldError('payment-link', `WeChat Pay ${message}; the order is asked about later`, cause)

/** Refused for now, not for good: the same call may work in a moment. */
const isPassing = (status: number) => status === 429 || status >= 500

/** Signed calls of WeChat Pay's API v3. What is not signed by the platform is not believed, be it good or bad news. */
export class WechatLink {
  readonly #options: WechatLinkOptions
  readonly #announced: string

  constructor(options: WechatLinkOptions) {
    this.#options = options
    const serials = [...options.platformKeys.keys()]
    // While certificates are replaced by the public key, it signs with the one that the request names.
    this.#announced = serials.find((serial) => serial.startsWith('PUB_KEY_ID_')) ?? (serials[0] as string)
  }

  /** @throws WorldError `payment-link` without a proven answer in time */
  get(path: string): Promise<Answer> {
    return this.#repeated({ method: 'GET', path, body: '' })
  }

  /** For calls that carry a number of ours and may come twice. @throws WorldError as `get` */
  post(path: string, body: object): Promise<Answer> {
    return this.#repeated({ method: 'POST', path, body: JSON.stringify(body) })
  }

  /** For calls whose repetition nobody promises to be harmless. @throws WorldError as `get` */
  postOnce(path: string, body: object): Promise<Answer> {
    return this.#proven({ method: 'POST', path, body: JSON.stringify(body) })
  }

  /**
   * A file behind an address that the service handed out. Such answers carry no signature: the caller has a hash.
   *
   * @throws WorldError as `get`
   */
  async download(url: string): Promise<Buffer> {
    const { pathname, search, origin } = new URL(url)
    const answer = await this.#send({ method: 'GET', path: pathname + search, body: '' }, origin)
    if (answer.status !== 200) throw link(`answered ${answer.status} to a download`)
    return answer.body
  }

  async #repeated(request: SignedRequest): Promise<Answer> {
    for (const waitS of this.#options.retryAfterS ?? [0.5, 2]) {
      try {
        return await this.#proven(request)
      } catch (error) {
        if (!(error instanceof WorldError)) throw error
        await this.#options.clock.wait(waitS)
      }
    }
    return this.#proven(request)
  }

  async #proven(request: SignedRequest): Promise<Answer> {
    const { status, headers, body } = await this.#send(request, this.#options.url)
    const fault = signatureFault(headers, body, this.#options.platformKeys, this.#options.clock.now())
    const content = readJson(body)
    const { code = '', message = '' } = (content ?? {}) as { code?: string; message?: string }
    if (fault) {
      // A request whose signature it does not accept is answered without one of its own.
      const said = status >= 400 ? ` ${code}` : ''
      throw link(`answered ${status}${said} without proof: ${fault.field} ${fault.message}`)
    }
    if (isPassing(status)) throw link(`answered ${status} ${code}`)
    if (status >= 400) return { ok: false, status, code: String(code), message: String(message) }
    return { ok: true, body: content }
  }

  async #send(request: SignedRequest, origin: string) {
    const { clock, merchant, fetch, newNonce, timeoutS } = this.#options
    const timestampS = Math.floor(clock.now() / 1000)
    try {
      const answer = await fetch(origin + request.path, {
        method: request.method,
        headers: {
          accept: 'application/json',
          'user-agent': 'clearway',
          'wechatpay-serial': this.#announced,
          authorization: authorization(merchant, request, timestampS, newNonce()),
          ...(request.method === 'POST' && { 'content-type': 'application/json' }),
        },
        ...(request.method === 'POST' && { body: request.body }),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutS * 1000),
      })
      const body = Buffer.from(await answer.arrayBuffer())
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body }
    } catch (cause) {
      const { name, message } = cause as Error
      const { code } = ((cause as Error).cause ?? {}) as { code?: string }
      const late = name === 'TimeoutError'
      throw link(late ? `did not answer within ${timeoutS} s` : `cannot be reached: ${code ?? message}`, cause)
    }
  }
}

function readJson(body: Buffer): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
