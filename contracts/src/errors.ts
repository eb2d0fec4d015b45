/**
 * Four kinds of error, because the reactions differ: the caller's mistake is refused, the other side's is quarantined,
 * the world's failure (link, disk) is retried, our bug stops the work. Every error has a stable code and says which
 * field, which value and what to do. Status numbers are known only at the edge of a process.
 */
export type ErrorKind = 'caller' | 'peer' | 'world' | 'bug'

/** One wrong field: where (a dotted path), what was wrong, in words that name the value. */
export interface FieldError {
  field: string
  message: string
}

export class ClearwayError extends Error {
  readonly kind: ErrorKind
  readonly code: string
  readonly fields: readonly FieldError[]

  constructor(kind: ErrorKind, code: string, message: string, fields: readonly FieldError[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.kind = kind
    this.code = code
    this.fields = fields
  }
}

/** The caller sent something that can never work as it is. */
export class InputError extends ClearwayError {
  constructor(code: string, message: string, fields: readonly FieldError[] = []) {
    super('caller', code, message, fields)
  }
}

/** The thing named does not exist, or the caller may not know that it does. */
export class NotFoundError extends ClearwayError {
  constructor(code: string, message: string) {
    super('caller', code, message)
  }
}

/** Right in itself, but not in the present state. */
export class ConflictError extends ClearwayError {
  constructor(code: string, message: string, fields: readonly FieldError[] = []) {
    super('caller', code, message, fields)
  }
}

/** Nobody is signed in. */
export class UnauthenticatedError extends ClearwayError {
  constructor(code: string, message: string) {
    super('caller', code, message)
  }
}

/** Signed in, but not allowed. */
export class DeniedError extends ClearwayError {
  constructor(code: string, message: string) {
    super('caller', code, message)
  }
}

/** Too many attempts or too much data; later may work. */
export class OverloadError extends ClearwayError {
  constructor(code: string, message: string) {
    super('world', code, message)
  }
}

/** A device or a peer sent what its contract forbids: kept in quarantine, counted, answered. */
export class PeerError extends ClearwayError {
  constructor(code: string, message: string, fields: readonly FieldError[] = [], cause?: unknown) {
    super('peer', code, message, fields, cause)
  }
}

/** A link, a disk or another service failed; retrying later may work. */
export class WorldError extends ClearwayError {
  constructor(code: string, message: string, cause?: unknown) {
    super('world', code, message, [], cause)
  }
}
