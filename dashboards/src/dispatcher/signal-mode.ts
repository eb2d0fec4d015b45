import type { SignalMode } from '@clearway/contracts'

const modes: readonly SignalMode[] = ['coordinated', 'preempted', 'recovering', 'manual', 'flash', 'dark']

/** The mode that the stream says, where it is one that has a word; else `unknown`. */
export const knownMode = (mode: string | undefined): SignalMode | 'unknown' =>
  modes.find((one) => one === mode) ?? 'unknown'
