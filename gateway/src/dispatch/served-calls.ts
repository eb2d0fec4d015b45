import type { Lease, LeaseEvent } from '../signals/lease.ts'
import type { SignalBoard } from '../signals/signal-board.ts'
import type { ServedCall } from './harm.ts'

interface OpenCall {
  leases: Set<Lease>
  approach: string
  exit: string
  calledMs: number
  /** The controller has begun to work for the vehicle. */
  served: boolean
  greens: { fromMs: number; toMs: number }[]
  /** Start of the green that is shown now. */
  greenMs: number | undefined
  /** When it was last given back. */
  endedMs: number
}

/** A call that is over. */
export interface EndedCall extends ServedCall {
  junction: string
  approach: string
  exit: string
}

/** The calls of one mission at its junctions, from the first message until each is back in its plan. */
export class ServedCalls {
  readonly #open = new Map<string, OpenCall>()

  /** True while a junction has not come back from working for the mission. */
  get pending(): boolean {
    return [...this.#open.values()].some(({ served }) => served)
  }

  onLease(lease: Lease, { atMs, kind }: LeaseEvent): void {
    const { junction, approach, exit } = lease.ask
    const call = this.#open.get(junction) ?? {
      ...{ leases: new Set<Lease>(), approach, exit, calledMs: lease.madeMs, served: false },
      ...{ greens: [], greenMs: undefined, endedMs: atMs },
    }
    this.#open.set(junction, call)
    call.leases.add(lease)
    if (kind !== 'state') return
    const isGreen = lease.state === 'green' || (lease.state === 'passed' && call.greenMs !== undefined)
    if (isGreen) call.greenMs ??= atMs
    else if (call.greenMs !== undefined) {
      call.greens.push({ fromMs: call.greenMs, toMs: atMs })
      call.greenMs = undefined
    }
    call.served ||= lease.state === 'entering' || isGreen
    if (!lease.renewing) call.endedMs = atMs
  }

  /** Takes those whose junction is back in its plan. One that was only asked, and never worked for it, is forgotten. */
  over(board: Pick<SignalBoard, 'live' | 'heardAtMs'>, nowMs: number): EndedCall[] {
    return [...this.#open].flatMap(([junction, call]) => {
      if ([...call.leases].some(({ renewing }) => renewing)) return []
      const live = board.live(junction)
      const isBack = live?.mode === 'coordinated' && !live.stale && (board.heardAtMs(junction) ?? 0) > call.endedMs
      if (call.served && !isBack) return []
      this.#open.delete(junction)
      return call.served ? [ended(junction, call, nowMs)] : []
    })
  }

  /** Takes all that are left, as nobody waits for them any longer. */
  close(nowMs: number): EndedCall[] {
    const left = [...this.#open].filter(([, { served }]) => served)
    this.#open.clear()
    return left.map(([junction, call]) => ended(junction, call, nowMs))
  }
}

const ended = (junction: string, { approach, exit, calledMs, greens }: OpenCall, endMs: number): EndedCall => ({
  ...{ junction, approach, exit, calledMs, endMs, greens },
})
