import { type Clock, WorldError } from '@clearway/contracts'
import type { AlipaySdk } from 'alipay-sdk'
import { chinaTime } from '../china-time.ts'

/** What of the SDK is used; it signs, verifies and speaks HTTP. */
export type AlipayClient = Pick<AlipaySdk, 'exec' | 'pageExecute' | 'checkNotifySignV2'>

/** What Alipay said, proven to be its own words. `code` is the detail code where there is one. */
export type Answer = { ok: true; body: Record<string, unknown> } | { ok: false; code: string; message: string }

const link = (message: string) => new WorldError('payment-link', `Alipay ${message}; the order is asked about later`)

/** Refused for now, not for good. `ACQ.` is the cashier, `isp.` and `aop.` the gateway before it. */
const passing = /^(20000|aop\..*|isp\.unknow.*|isp\.service.*|ACQ\.SYSTEM_ERROR)$/i

/** Calls of Alipay's gateway through its SDK. What is not signed by Alipay is not believed. */
export class AlipayLink {
  readonly #client: AlipayClient
  readonly #clock: Clock
  readonly #retryAfterS: readonly number[]

  /** @param retryAfterS how long to wait before each further try of a call that may be repeated, s */
  constructor(client: AlipayClient, clock: Clock, retryAfterS: readonly number[] = [0.5, 2]) {
    this.#client = client
    this.#clock = clock
    this.#retryAfterS = retryAfterS
  }

  /**
   * A call that carries a number of ours and may come twice.
   *
   * @param content `biz_content`, names in camel case
   * @throws WorldError `payment-link` without a proven answer in time
   */
  async ask(method: string, content: object, more: Record<string, string> = {}): Promise<Answer> {
    for (const waitS of this.#retryAfterS) {
      try {
        return await this.askOnce(method, content, more)
      } catch (error) {
        if (!(error instanceof WorldError)) throw error
        await this.#clock.wait(waitS)
      }
    }
    return this.askOnce(method, content, more)
  }

  /** For calls whose repetition nobody promises to be harmless. @throws WorldError as `ask` */
  async askOnce(method: string, content: object, more: Record<string, string> = {}): Promise<Answer> {
    const params = { ...more, ...this.#common(), bizContent: content }
    const body = await this.#client.exec(method, params, { validateSign: true }).catch((error: unknown) => {
      throw failure(error)
    })
    const { code, subCode, msg, subMsg } = body as Record<string, string | undefined>
    // 10003: taken, and on its way.
    if (code === '10000' || code === '10003') return { ok: true, body }
    const detail = subCode ?? code ?? ''
    if (passing.test(detail) || code === '20000') throw link(`answered ${code} ${detail}`)
    return { ok: false, code: detail, message: subMsg ?? msg ?? '' }
  }

  /** An address that the driver's browser opens; nothing is sent. */
  page(method: string, content: object, more: Record<string, string>): string {
    return this.#client.pageExecute(method, 'GET', { ...more, ...this.#common(), bizContent: content })
  }

  /** The SDK would take the time zone of the machine; Alipay's gateway knows one only. */
  #common() {
    return { timestamp: chinaTime(this.#clock.now()) }
  }
}

/** In words of ours: the SDK's error holds the whole answer, the payer in it, and is not passed on as a cause. */
function failure(error: unknown): WorldError {
  if (error instanceof WorldError) return error
  const { responseDataRaw, cause } = error as { responseDataRaw?: string; cause?: { code?: string; name?: string } }
  if (responseDataRaw !== undefined) return link('answered what is none of its answers')
  if (cause?.name?.includes('Timeout')) return link('did not answer in time')
  return link(`cannot be reached: ${cause?.code ?? cause?.name ?? 'unknown reason'}`)
}
