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
