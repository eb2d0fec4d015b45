interface Session {
  device: string
  clientId: string
  /** Ends the connection. */
  cut: () => void
}

/** Which devices are connected right now. A session is known by its connection, since a client id can be taken over. */
export class DeviceSessions {
  readonly #byConnection = new Map<object, Session>()
  readonly #byDevice = new Map<string, Set<Session>>()
  readonly #listeners = new Set<(device: string, connected: boolean) => void>()

  opened(connection: object, session: Session): void {
    this.#byConnection.set(connection, session)
    let open = this.#byDevice.get(session.device)
    if (!open) {
      open = new Set()
      this.#byDevice.set(session.device, open)
    }
    open.add(session)
    if (open.size === 1) for (const listener of this.#listeners) listener(session.device, true)
  }

  closed(connection: object): void {
    const session = this.#byConnection.get(connection)
    if (!session) return
    this.#byConnection.delete(connection)
    const open = this.#byDevice.get(session.device)
    open?.delete(session)
    if (open?.size !== 0) return
    this.#byDevice.delete(session.device)
    for (const listener of this.#listeners) listener(session.device, false)
  }

  of(device: string): readonly Session[] {
    return [...(this.#byDevice.get(device) ?? [])]
  }

  count(device: string): number {
    return this.#byDevice.get(device)?.size ?? 0
  }

  /** Whether the device has a connection other than this one. */
  isOpenBeside(device: string, connection: object | undefined): boolean {
    const here = connection && this.#byConnection.get(connection)
    return this.of(device).some((session) => session !== here)
  }

  /** Told when a device's first connection opens and its last one closes. */
  onChange(listener: (device: string, connected: boolean) => void): void {
    this.#listeners.add(listener)
  }
}
