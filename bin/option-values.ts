import { InvalidArgumentError } from 'commander'

/** Reads an option that is a whole number, not below `least`. */
export const wholeFrom =
  (least: number) =>
  (text: string): number => {
    if (/^\d+$/.test(text) && Number(text) >= least) return Number(text)
    throw new InvalidArgumentError(`A whole number from ${least} on is expected.`)
  }

/** Reads an option that is a time from 0 on, seconds. */
export function secondsOf(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('A number of seconds is expected.')
  return Number(text)
}

/** Reads an option that is a share, 0 to 1. */
export function shareOf(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= 1) return value
  throw new InvalidArgumentError('A share from 0 to 1 is expected.')
}
