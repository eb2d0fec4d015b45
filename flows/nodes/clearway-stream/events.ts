import type { StreamEvent } from '@clearway/contracts'

/**
 * Reads server-sent events from a byte stream and hands on each one's data. Ends when the stream ends.
 *
 * @see WHATWG HTML, server-sent events, "Interpreting an event stream"
 */
export async function readEvents(
  body: AsyncIterable<Uint8Array>,
  onEvent: (event: StreamEvent) => void,
): Promise<void> {
  const decoder = new TextDecoder()
  let pending = ''
  let data: string[] = []
  for await (const bytes of body) {
    pending += decoder.decode(bytes, { stream: true })
    const lines = pending.split(/\r\n|\n|\r(?!$)/)
    pending = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
      else if (line === '' && data.length > 0) {
        onEvent(JSON.parse(data.join('\n')) as StreamEvent)
        data = []
      }
    }
  }
}

export interface Subscription {
  url: string
  token: string
  topics: string
  stop: AbortSignal
  onEvent: (event: StreamEvent) => void
  onState: (state: 'connected' | 'waiting', detail: string) => void
  /** Milliseconds before the n-th attempt after a failure. */
  backOffMs?: (attempt: number) => number
}

/** Follows the gateway's stream until stopped; a lost link is tried again with growing pauses of at most 15 s. */
export async function follow(subscription: Subscription): Promise<void> {
  const { url, token, topics, stop, onEvent, onState } = subscription
  const backOffMs = subscription.backOffMs ?? ((attempt) => Math.min(15_000, 500 * 2 ** attempt))
  for (let attempt = 0; !stop.aborted; attempt++) {
    try {
      const answer = await fetch(`${url}/api/v1/stream?topics=${encodeURIComponent(topics)}`, {
        headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
        signal: stop,
      })
      if (!answer.ok || !answer.body) throw new Error(`the gateway answered ${answer.status}`)
      onState('connected', topics)
      attempt = 0
      await readEvents(answer.body, onEvent)
      onState('waiting', 'the gateway closed the stream')
    } catch (error) {
      if (stop.aborted) return
      onState('waiting', error instanceof Error ? error.message : String(error))
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, backOffMs(attempt))
      stop.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true })
    })
  }
}
