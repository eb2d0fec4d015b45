/** What is known of when one device of a lot reports, and by which clock. */
export interface DeviceFeed {
  /** When the gateway last heard it, by the gateway's clock. */
  heardMs: number
  /** Longest silence that ended on a day, by days since 1970; of the last days only. */
  silences: Readonly<Record<string, number>>
  /** By how much the device's clock was ahead in the newest messages, oldest first. */
  leads: readonly { receivedMs: number; leadMs: number }[]
}

const dayMs = 86_400_000
const hourMs = 3_600_000
/** A device's habits are those of so many days. */
const habitDays = 8
/** Fewer days do not show a night, a Sunday. */
const leastDays = 2
/** A device is lost when it is silent for so many times its longest usual silence. */
const silentTimes = 2
/** Beyond this a clock is off; the same limit marks a message as skewed. */
const clockOffMs = 600_000
/** So many messages in a row, this far apart, with the same lag are a clock; a store that is sent late catches up. */
const lagMessages = 5
const lagOverMs = 600_000
const sameLagMs = 60_000

/** After one more message. @param before undefined: the first */
export function heard(before: DeviceFeed | undefined, atMs: number, receivedMs: number): DeviceFeed {
  const day = Math.floor(receivedMs / dayMs)
  const silence = before ? Math.max(0, receivedMs - before.heardMs) : 0
  const silences: Record<string, number> = { ...before?.silences, [day]: Math.max(before?.silences[day] ?? 0, silence) }
  return {
    heardMs: Math.max(before?.heardMs ?? 0, receivedMs),
    silences: Object.fromEntries(Object.entries(silences).filter(([of]) => Number(of) > day - habitDays)),
    leads: [...(before?.leads ?? []), { receivedMs, leadMs: atMs - receivedMs }].slice(-lagMessages),
  }
}

/**
 * How long a device is usually silent at most, ms, from its own days; undefined while too few are known.
 */
function usualSilence({ silences }: DeviceFeed): number | undefined {
  const days = Object.values(silences)
  return days.length < leastDays ? undefined : Math.max(hourMs, ...days)
}

/** Whether it has been silent for so long that it must have failed. */
export function isLost(feed: DeviceFeed, nowMs: number): boolean {
  const usual = usualSilence(feed)
  return usual !== undefined && nowMs - feed.heardMs > silentTimes * usual
}

/**
 * By how much its clock is off, ms, ahead where positive; undefined when it is right or only its messages are late: what
 * a gate has stored comes with a lag that shrinks, a wrong clock lags by the same all the time.
 */
export function clockError({ leads }: DeviceFeed): number | undefined {
  const last = leads.at(-1)
  if (!last) return undefined
  if (last.leadMs > clockOffMs) return last.leadMs
  const first = leads[0] as (typeof leads)[number]
  const steady = leads.every(({ leadMs }) => Math.abs(leadMs - last.leadMs) < sameLagMs)
  const long = leads.length === lagMessages && last.receivedMs - first.receivedMs >= lagOverMs
  return last.leadMs < -clockOffMs && steady && long ? last.leadMs : undefined
}
