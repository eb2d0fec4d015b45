import type { NewSignMessage } from '@clearway/contracts'

/** What one sign is to show: the message that the logic nodes hand to `clearway-sign`. */
export interface SignCommand {
  sign: string
  message: NewSignMessage
}
