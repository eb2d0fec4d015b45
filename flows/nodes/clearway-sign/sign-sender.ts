import type { NewSignMessage } from '@clearway/contracts'

export interface SignSenderOptions {
  url: string
  token: string
  nowMs: () => number
  onState: (state: 'sent' | 'waiting' | 'refused', detail: string) => void
  retryMs?: number
}

/**
 * Posts sign messages, the newest per sign. While the gateway cannot be reached the newest waits and is tried again;
 * a message that lapsed while waiting is dropped, one that the gateway refuses is reported and dropped.
 */
export class SignSender {
  readonly #options: SignSenderOptions
  readonly #waiting = new Map<string, NewSignMessage>()
  #running: Promise<void> | undefined
  #stopped = false
  #wake: (() => void) | undefined

  constructor(options: SignSenderOptions) {
    this.#options = options
  }

  send(sign: string, message: NewSignMessage): void {
    // Deleted first, so that the newest goes to the end of the order.
    this.#waiting.delete(sign)
    this.#waiting.set(sign, message)
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined
    })
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.#running
  }

  stop(): void {
    this.#stopped = true
    this.#wake?.()
  }

  async #drain(): Promise<void> {
    while (!this.#stopped) {
      const next = this.#waiting.entries().next()
      if (next.done) return
      const [sign, message] = next.value
      if (Date.parse(message.until) <= this.#options.nowMs()) {
        this.#waiting.delete(sign)
        continue
      }
      if (await this.#post(sign, message)) {
        if (this.#waiting.get(sign) === message) this.#waiting.delete(sign)
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
          setTimeout(resolve, this.#options.retryMs ?? 2000)
        })
      }
    }
  }

  /** @returns false when it is worth trying again */
  async #post(sign: string, message: NewSignMessage): Promise<boolean> {
    const { url, token, onState } = this.#options
    try {
      const answer = await fetch(`${url}/api/v1/signs/${encodeURIComponent(sign)}/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(message),
        signal: AbortSignal.timeout(5000),
      })
      if (answer.ok) {
        onState('sent', sign)
        return true
      }
      const problem = (await answer.json().catch(() => ({}))) as { detail?: string }
      const refused = answer.status < 500 && answer.status !== 429
      onState(refused ? 'refused' : 'waiting', `${sign}: ${answer.status} ${problem.detail ?? ''}`)
      return refused
    } catch (error) {
      onState('waiting', error instanceof Error ? error.message : String(error))
      return false
    }
  }
}
