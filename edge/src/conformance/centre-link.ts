/** One message of the device, as the broker handed it on. */
export interface Arrived {
  /** The centre's clock at arrival. */
  receivedMs: number
  topic: string
  payload: Buffer
  /** The lower of the device's and the centre's: 1 where the device sent with QoS 1 or 2. */
  qos: number
  /** Kept by the broker from before the centre asked, not sent just now. */
  retained: boolean
}

/** What a device says in its CONNECT. */
export interface DeviceConnect {
  clientId: string
  username: string | undefined
  /** 4 is MQTT 3.1.1. */
  protocolVersion: number
  will: { topic: string; payload: Buffer; qos: number; retain: boolean } | undefined
}

/** One connection of the device, seen from the middle of its line. */
export interface DeviceSession {
  openedMs: number
  /** Undefined while it is open. */
  closedMs: number | undefined
  /** Undefined until the CONNECT has passed. */
  connect: DeviceConnect | undefined
  /** What the device published, in order. */
  published: { atMs: number; topic: string }[]
  subscribed: { topic: string; qos: number }[]
  /** What was handed to the device with QoS 1; `acknowledgedMs` is undefined until its PUBACK. */
  delivered: { atMs: number; topic: string; acknowledgedMs: number | undefined }[]
}

/** The line between the device and its broker, where the examiner stands in it. */
export interface DeviceLine {
  /** In order. While the line is cut each attempt is one that has no `connect`. */
  readonly sessions: readonly DeviceSession[]
  /** Whether MQTT can be read on it. Of an encrypted line only the bytes pass; it can be cut all the same. */
  readonly readable: boolean
  /** Breaks the connection and every attempt at a new one until `mend`. */
  cut(): void
  mend(): void
  /** While on, no PUBACK reaches the device. Does nothing on a line that cannot be read. */
  withhold(on: boolean): void
}

/**
 * What the centre has of a device: its messages, a way to send to it, and perhaps its line. Fillings: a broker over MQTT,
 * and memory in virtual time.
 */
export interface CentreLink {
  /** Absent where the device's connection does not lead through the examiner. */
  readonly line?: DeviceLine
  /** Why nothing arrives any more; undefined while the centre itself is connected. */
  readonly fault: Error | undefined
  /** Everything under the device's own four levels, its own requests included. */
  onMessage(listener: (message: Arrived) => void): void
  /** Sends to one of the device's channels with QoS 1; resolves when the broker has it. */
  send(channel: string, payload: string | Buffer): Promise<void>
  /** Has the broker hand out once more what it keeps under the device's levels. It arrives as messages. */
  askRetained(): Promise<void>
}
